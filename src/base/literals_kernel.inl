// The loop shared by the vector variants; included with
//   struct Step { static constexpr unsigned kBytes; Step(const Tables&); uint64_t search(const char*, unsigned char* out); }
// and bool nothing_in_two(const char*) over twice as many, where search() stores the bucket bits of each position and returns a mask of those that are not zero. Uses no inline
// function of the standard library (see brackets_kernel.inl).

namespace {

inline std::size_t search_loop(const Tables& tables, const char* text, std::size_t size, std::size_t at, Hit* hits,
                               std::size_t max, std::size_t& count) {
  const Step step(tables);
  alignas(64) unsigned char buckets[Step::kBytes];
  while (at < size && count + Step::kBytes <= max) {
    // Hits are rare: two steps, one decision.
    while (at + 2 * Step::kBytes <= size && step.nothing_in_two(text + at)) {
      // Far enough for a farther cache; processors do not look beyond a page by themselves.
      for (std::size_t k = 0; k < 2 * Step::kBytes; k += 64) __builtin_prefetch(text + at + 2048 + k);
      at += 2 * Step::kBytes;
    }
    if (at >= size) break;
    unsigned long long mask = step.search(text + at, buckets);
    while (mask != 0) {
      const unsigned bit = static_cast<unsigned>(__builtin_ctzll(mask));
      mask &= mask - 1;
      if (at + bit >= size) break;
      hits[count].at = static_cast<std::uint32_t>(at + bit);
      hits[count].buckets = buckets[bit];
      ++count;
    }
    at += Step::kBytes;
  }
  return at < size ? at : size;
}

}  // namespace

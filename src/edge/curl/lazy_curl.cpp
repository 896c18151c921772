// libcurl, loaded with the first call of one of its functions: it brings some thirty libraries along, and loading them costs more than
// everything else at the start of a program that may have nothing to send. Each function that we use is defined here under its
// own name, and passed on. Linked instead of libcurl itself.
//
// Without the library curl_global_init() fails as it does when memory is short, and curl_easy_init() and curl_url() give nothing; the
// others are not called then.
#include <curl/curl.h>
#include <dlfcn.h>

#include <cstdarg>
#include <cstdlib>

#ifdef __clang__
// va_start behind an enum is what libcurl's own headers ask for, and what its own code does.
#pragma clang diagnostic ignored "-Wvarargs"
#endif

// The header has macros of these names, which look at the types of arguments; callers use them, we define what lies beneath.
#undef curl_easy_setopt
#undef curl_easy_getinfo

namespace {

void* library() {
  static void* const loaded = ::dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL);
  return loaded;
}

template <class Function>
Function* find(const char* name) {
  void* const found = library() == nullptr ? nullptr : ::dlsym(library(), name);
  return reinterpret_cast<Function*>(found);
}

// A library that lacks a function as old as these is not libcurl.
template <class Function>
Function* need(const char* name) {
  auto* const found = find<Function>(name);
  if (found == nullptr) std::abort();
  return found;
}

// The handle is const since libcurl 8.
template <class Handle>
Handle url_handle(CURLUcode (*)(Handle, CURLUPart, char**, unsigned int));
using UrlHandle = decltype(url_handle(&curl_url_get));

}  // namespace

// Declared by the header with the same linkage.
CURLcode curl_global_init(long flags) {
  static auto* const real = find<CURLcode(long)>("curl_global_init");
  return real == nullptr ? CURLE_FAILED_INIT : real(flags);
}

CURL* curl_easy_init() {
  static auto* const real = find<CURL*()>("curl_easy_init");
  return real == nullptr ? nullptr : real();
}

CURLU* curl_url() {
  static auto* const real = find<CURLU*()>("curl_url");
  return real == nullptr ? nullptr : real();
}

// One further argument follows: a long, a pointer or a curl_off_t, which travel alike on every machine that this is built for.
CURLcode curl_easy_setopt(CURL* handle, CURLoption option, ...) {
  static auto* const real = need<CURLcode(CURL*, CURLoption, ...)>("curl_easy_setopt");
  static_assert(sizeof(long) == sizeof(void*) && sizeof(curl_off_t) == sizeof(void*));
  std::va_list arguments;
  va_start(arguments, option);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  return real(handle, option, argument);
}

CURLcode curl_easy_getinfo(CURL* handle, CURLINFO info, ...) {
  static auto* const real = need<CURLcode(CURL*, CURLINFO, ...)>("curl_easy_getinfo");
  std::va_list arguments;
  va_start(arguments, info);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  return real(handle, info, argument);
}

CURLcode curl_easy_perform(CURL* handle) {
  static auto* const real = need<CURLcode(CURL*)>("curl_easy_perform");
  return real(handle);
}

CURLcode curl_easy_send(CURL* handle, const void* data, std::size_t size, std::size_t* sent) {
  static auto* const real = need<CURLcode(CURL*, const void*, std::size_t, std::size_t*)>("curl_easy_send");
  return real(handle, data, size, sent);
}

CURLcode curl_easy_recv(CURL* handle, void* data, std::size_t size, std::size_t* received) {
  static auto* const real = need<CURLcode(CURL*, void*, std::size_t, std::size_t*)>("curl_easy_recv");
  return real(handle, data, size, received);
}

void curl_easy_cleanup(CURL* handle) {
  static auto* const real = find<void(CURL*)>("curl_easy_cleanup");
  if (real != nullptr) real(handle);
}

void curl_easy_reset(CURL* handle) {
  static auto* const real = need<void(CURL*)>("curl_easy_reset");
  real(handle);
}

const char* curl_easy_strerror(CURLcode code) {
  static auto* const real = find<const char*(CURLcode)>("curl_easy_strerror");
  return real == nullptr ? "libcurl.so.4 cannot be loaded" : real(code);
}

void curl_free(void* memory) {
  static auto* const real = find<void(void*)>("curl_free");
  if (real != nullptr) real(memory);
}

curl_slist* curl_slist_append(curl_slist* list, const char* text) {
  static auto* const real = find<curl_slist*(curl_slist*, const char*)>("curl_slist_append");
  return real == nullptr ? nullptr : real(list, text);
}

void curl_slist_free_all(curl_slist* list) {
  static auto* const real = find<void(curl_slist*)>("curl_slist_free_all");
  if (real != nullptr) real(list);
}

void curl_url_cleanup(CURLU* handle) {
  static auto* const real = find<void(CURLU*)>("curl_url_cleanup");
  if (real != nullptr) real(handle);
}

CURLUcode curl_url_get(UrlHandle handle, CURLUPart what, char** part, unsigned int flags) {
  static auto* const real = need<CURLUcode(UrlHandle, CURLUPart, char**, unsigned int)>("curl_url_get");
  return real(handle, what, part, flags);
}

CURLUcode curl_url_set(CURLU* handle, CURLUPart what, const char* part, unsigned int flags) {
  static auto* const real = need<CURLUcode(CURLU*, CURLUPart, const char*, unsigned int)>("curl_url_set");
  return real(handle, what, part, flags);
}

// The functions as callers see them; whether libcurl does its own work is no question here.
#include <curl/curl.h>
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <string>

namespace {

TEST(LazyCurl, IsLoadedByTheFirstCallAndPassesEveryKindOfArgumentOn) {
  EXPECT_EQ(::dlopen("libcurl.so.4", RTLD_LAZY | RTLD_NOLOAD), nullptr) << "loaded before it was called";
  ASSERT_EQ(curl_global_init(CURL_GLOBAL_DEFAULT), CURLE_OK);
  EXPECT_NE(::dlopen("libcurl.so.4", RTLD_LAZY | RTLD_NOLOAD), nullptr);
  CURL* const easy = curl_easy_init();
  ASSERT_NE(easy, nullptr);
  char secret = 's';
  EXPECT_EQ(curl_easy_setopt(easy, CURLOPT_PRIVATE, &secret), CURLE_OK);
  EXPECT_EQ(curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 1L), CURLE_OK);
  EXPECT_EQ(curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t{1} << 40), CURLE_OK);
  EXPECT_EQ(curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t{-2}), CURLE_BAD_FUNCTION_ARGUMENT);
  EXPECT_EQ(curl_easy_setopt(easy, CURLOPT_URL, "nonsense://example.com/"), CURLE_OK);
  char* back = nullptr;
  EXPECT_EQ(curl_easy_getinfo(easy, CURLINFO_PRIVATE, &back), CURLE_OK);
  EXPECT_EQ(back, &secret);
  const CURLcode code = curl_easy_perform(easy);
  EXPECT_EQ(code, CURLE_UNSUPPORTED_PROTOCOL);
  EXPECT_NE(std::string(curl_easy_strerror(code)), "");
  std::size_t count = 1;
  EXPECT_NE(curl_easy_send(easy, "x", 1, &count), CURLE_OK) << "not connected";
  EXPECT_NE(curl_easy_recv(easy, &secret, 1, &count), CURLE_OK);
  curl_easy_reset(easy);
  curl_easy_cleanup(easy);
  curl_slist* const list = curl_slist_append(nullptr, "a: b");
  ASSERT_NE(list, nullptr);
  EXPECT_EQ(std::string(list->data), "a: b");
  curl_slist_free_all(list);
  CURLU* const url = curl_url();
  ASSERT_EQ(curl_url_set(url, CURLUPART_URL, "https://example.com:8443/a", 0), CURLUE_OK);
  char* port = nullptr;
  ASSERT_EQ(curl_url_get(url, CURLUPART_PORT, &port, 0), CURLUE_OK);
  EXPECT_EQ(std::string(port), "8443");
  curl_free(port);
  curl_url_cleanup(url);
}

}  // namespace

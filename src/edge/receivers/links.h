// Links in messages, by templates.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace gw::receivers {

// {base} {session} {alert} {event} {region} {account} {console} {signin}: each is percent-encoded, but for {base} and the last
// two, which are hosts of AWS in the partition of the region. A template that is empty gives no link; neither does one whose
// placeholders are not all known.
struct LinkTemplates {
  std::string session = "{base}/#session={session}";
  std::string event = "https://{region}.{console}/cloudtrailv2/home?region={region}#/events/{event}";
  std::string account = "https://{signin}/switchrole?account={account}";
};

struct LinkValues {
  std::string base;
  std::string session;
  std::string alert;
  std::string event;
  std::string region;
  std::string account;
};

// Empty where something is missing.
[[nodiscard]] std::string link(std::string_view link_template, const LinkValues& values);
// console.aws.amazon.com, console.amazonaws-us-gov.com, console.amazonaws.cn
[[nodiscard]] std::string_view console_host(std::string_view region);
[[nodiscard]] std::string_view signin_host(std::string_view region);

}  // namespace gw::receivers

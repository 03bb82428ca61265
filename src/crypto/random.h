// Bytes from OpenSSL's generator, which the operating system's seeds. Throws only when the generator itself
// fails, which is a defect of the machine.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace openirsa::crypto {

std::string random_bytes(std::size_t count);
// `length` letters drawn evenly from `alphabet`. REQUIRES: 1 to 256 letters.
std::string random_text(std::size_t length, std::string_view alphabet);
std::string random_uuid();  // RFC 9562 version 4, lower case

}  // namespace openirsa::crypto

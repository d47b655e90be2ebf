/* Policies and credentials: a part of filestack.hpp. */

#ifndef FILESTACK_CPP_SECURITY_HPP
#define FILESTACK_CPP_SECURITY_HPP

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "calls.hpp"

namespace filestack {
inline namespace FILESTACK_STYLE {

/** What may be done with credentials, and until when. Needs an expiry before it can be signed. */
struct policy {
    std::optional<std::chrono::system_clock::time_point> expiry{};
    /** pick, read, stat, write, writeUrl, store, convert, remove, exif, runWorkflow; none allows all but exif. */
    std::vector<std::string> calls{};
    /** Only the file with this handle. */
    std::optional<std::string> handle{};
    /** Regular expressions that external URLs, storage paths and containers must match. */
    std::optional<std::string> url{};
    std::optional<std::string> path{};
    std::optional<std::string> container{};
    /** Limits of uploads. */
    std::optional<std::int64_t> max_size_bytes{};
    std::optional<std::int64_t> min_size_bytes{};
    /** Any members by their names on the wire, with JSON values. */
    std::vector<std::pair<std::string, std::string>> members{};

    /** The policy as JSON text. */
    outcome<std::string> json() const;
};

/** A policy and its signature. Its texts are secrets; they are borrowed, and live as long as the object. */
class security : public detail::shared<filestack_security, filestack_security_retain, filestack_security_release> {
public:
    static security adopt(filestack_security *native) noexcept { return security(native); }

#if !defined(FILESTACK_NO_EXCEPTIONS)
    security(const policy &unsigned_policy, std::string_view secret) : security(create(unsigned_policy, secret)) {}
#endif
    /** Signs a policy. The secret is not kept. */
    static outcome<security> create(const policy &unsigned_policy, std::string_view secret);
    /** Signs any JSON object, of which nothing is checked. */
    static outcome<security> from_json(std::string_view policy_json, std::string_view secret)
    {
        return make(filestack_security_new, "policy_json", policy_json, "secret", secret);
    }
    /** Signs a policy that another program has encoded in URL-safe base64. */
    static outcome<security> from_encoded(std::string_view policy_b64, std::string_view secret)
    {
        return make(filestack_security_from_encoded, "policy_b64", policy_b64, "secret", secret);
    }
    /** Takes what a server has signed, for programs that must not hold the secret. */
    static outcome<security> from_signed(std::string_view policy_b64, std::string_view signature)
    {
        return make(filestack_security_from_signed, "policy_b64", policy_b64, "signature", signature);
    }

    std::string_view policy_json() const & noexcept { return view(filestack_security_policy(get())); }
    std::string_view policy_b64() const & noexcept { return view(filestack_security_policy_b64(get())); }
    std::string_view signature() const & noexcept { return view(filestack_security_signature(get())); }
    /** The URL segment "security=p:<policy>,s:<signature>". */
    std::string_view url_string() const & noexcept { return view(filestack_security_url_string(get())); }
    void policy_json() && = delete;
    void policy_b64() && = delete;
    void signature() && = delete;
    void url_string() && = delete;

private:
    explicit security(filestack_security *native) noexcept : shared(native) {}

    static std::string_view view(const char *text) noexcept { return text ? std::string_view(text) : ""; }
    template <class Make>
    static outcome<security> make(Make c_function, const char *first_name, std::string_view first,
                                  const char *second_name, std::string_view second)
    {
        detail::call call;
        const std::string c_first = call.text(first_name, first), c_second = call.text(second_name, second);
        return detail::deliver(call.run<security>(c_function, c_first.c_str(), c_second.c_str()));
    }
};

} // namespace FILESTACK_STYLE
} // namespace filestack

#endif /* FILESTACK_CPP_SECURITY_HPP */

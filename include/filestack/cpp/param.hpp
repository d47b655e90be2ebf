/* Parameters of tasks by their names: a part of filestack.hpp. */

#ifndef FILESTACK_CPP_PARAM_HPP
#define FILESTACK_CPP_PARAM_HPP

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "../tasks.hpp"
#include "style.hpp"

namespace filestack {
inline namespace FILESTACK_STYLE {

/** A parameter of a task by its name, for `transformation::task`. */
class param {
public:
    /** A boolean, a number or a text. */
    template <class Value> param(std::string name, const Value &value) : name_(std::move(name))
    {
        if constexpr (std::is_same_v<Value, bool>) {
            kind_ = FILESTACK_PARAM_BOOL;
            int_ = value ? 1 : 0;
        } else if constexpr (std::is_integral_v<Value>) {
            kind_ = FILESTACK_PARAM_INT;
            int_ = static_cast<std::int64_t>(value);
        } else if constexpr (std::is_floating_point_v<Value>) {
            kind_ = FILESTACK_PARAM_NUMBER;
            number_ = static_cast<double>(value);
        } else {
            kind_ = FILESTACK_PARAM_STRING;
            text_ = std::string(std::string_view(value));
        }
    }
    /** A value of any other type, as JSON. */
    static param json(std::string name, std::string_view value_json)
    {
        param made(std::move(name), value_json);
        made.kind_ = FILESTACK_PARAM_JSON;
        return made;
    }

private:
    friend class transformation;

    void put_to(task_detail::param_list &list) const
    {
        const char *const name = name_.c_str();
        list.refuse_nul("name", name_);
        switch (kind_) {
        case FILESTACK_PARAM_BOOL: list.put_bool(name, int_ != 0); break;
        case FILESTACK_PARAM_INT: list.put_int(name, int_); break;
        case FILESTACK_PARAM_NUMBER: list.put_number(name, number_); break;
        case FILESTACK_PARAM_STRING: list.put_text(name, text_); break;
        default: list.put_json(name, text_);
        }
    }

    std::string name_;
    std::uint32_t kind_ = 0;
    std::int64_t int_ = 0;
    double number_ = 0;
    std::string text_;
};

} // namespace FILESTACK_STYLE
} // namespace filestack

#endif /* FILESTACK_CPP_PARAM_HPP */

// What a transport says to a device for what a book answered.
#pragma once

#include "adapters/eim/esipa_handler.h"
#include "adapters/eim/order_book.h"

namespace sojourn::eim {

// Is it this eIM's own trouble, its store's or its key's, and not the message's? Then the device is
// told to come back later, and loses nothing.
bool is_own_trouble(const Diagnostic& why);

EsipaAnswer esipa_answer(Result<Answer> answer);

}  // namespace sojourn::eim

// Rows of alerts and what is sent of them, read column by column; the lists of columns stand beside their readers.
#pragma once

#include <string_view>

#include "domain/model/alert.h"
#include "edge/store/sqlite/db.h"

namespace gw::sqlite {

// SELECT lists with the tables' names in front; `at` is the first column.
inline constexpr std::string_view kAlertColumns =
    "alerts.id, alerts.key, alerts.kind, alerts.session_id, alerts.severity, alerts.watch, alerts.receivers, "
    "alerts.fact,"
    " alerts.reason, alerts.data, alerts.created_at, alerts.event_time, alerts.planned, alerts.config_hash";
inline constexpr int kAlertColumnCount = 14;
[[nodiscard]] model::Alert read_alert(const Query& q, int at);

inline constexpr std::string_view kNotificationColumns =
    "outbox.id, outbox.alert_id, outbox.receiver, outbox.generation, outbox.state, outbox.attempts, outbox.due_at,"
    " outbox.created_at, outbox.settled_at, outbox.reason, outbox.reference, outbox.rerouted_from";
inline constexpr int kNotificationColumnCount = 12;
[[nodiscard]] model::Notification read_notification(const Query& q, int at);

}  // namespace gw::sqlite

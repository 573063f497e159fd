"""The ZCL commands of GBCS: cluster, direction, command, name and layout, one row each.

Put together from public parsers and use-case tables; every reference message that has one of them agrees. Layouts are written as
:mod:`harness.wire.gbcs.zcl_types` tells, and compiled when first asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from harness.wire.gbcs.zcl_types import Layout

__all__ = ["CLUSTERS", "COMMANDS", "ZclCommand", "zcl_command"]

PRICE, METERING, MESSAGING, PREPAYMENT, CALENDAR, DEVICE_MANAGEMENT, EVENTS = 0x0700, 0x0702, 0x0703, 0x0705, 0x0707, 0x0708, 0x0709
CLUSTERS = {
    0x0000: "Basic",
    0x000A: "Time",
    PRICE: "Price",
    METERING: "Metering",
    MESSAGING: "Messaging",
    0x0704: "Tunneling",
    PREPAYMENT: "Prepayment",
    CALENDAR: "Calendar",
    DEVICE_MANAGEMENT: "Device management",
    EVENTS: "Events",
}
"""Names of clusters."""

_CLIENT, _SERVER = False, True
_ISSUED = "provider-id u32, issuer-event-id u32"
_SNAPSHOT = "snapshot-id u32, snapshot-time utc, total-snapshots-found u8, command-index u8, total-commands u8, cause u32, payload-type u8"
_INDEX = "command-index u8, total-commands u8"
_CALENDAR = f"{_ISSUED}, issuer-calendar-id u32"
_PRICES = f"{_ISSUED}, start utc, issuer-tariff-id u32, {_INDEX}, subpayload-control u8"

COMMANDS: tuple[tuple[int, bool, int, str, str], ...] = (
    (PRICE, _CLIENT, 0x00, "GetCurrentPrice", "command-options u8"),
    (PRICE, _CLIENT, 0x0B, "GetBillingPeriod", "earliest-start utc, min-issuer-event-id u32, number-of-commands u8, tariff-type u8"),
    (
        PRICE,
        _SERVER,
        0x00,
        "PublishPrice",
        (
            "provider-id u32, rate-label os, issuer-event-id u32, current-time utc, uom u8, currency u16, price-trailing-digit-tier u8, "
            "num-tiers-register-tier u8, start utc, duration-minutes u16, price u32, rest rest"
        ),
    ),
    (
        PRICE,
        _SERVER,
        0x01,
        "PublishBlockPeriod",
        f"{_ISSUED}, start utc, duration u24, control u8, duration-type u8, tariff-type u8, tariff-resolution u8",
    ),
    (PRICE, _SERVER, 0x02, "PublishConversionFactor", "issuer-event-id u32, start utc, conversion-factor u32, trailing-digit u8"),
    (PRICE, _SERVER, 0x03, "PublishCalorificValue", "issuer-event-id u32, start utc, calorific-value u32, unit u8, trailing-digit u8"),
    (
        PRICE,
        _SERVER,
        0x04,
        "PublishTariffInformation",
        (
            f"{_ISSUED}, issuer-tariff-id u32, start utc, tariff-type-charging-scheme u8, tariff-label os, price-tiers u8, "
            "block-thresholds u8, uom u8, currency u16, price-trailing-digit u8, standing-charge u32, tier-block-mode u8, "
            "threshold-multiplier u24, threshold-divisor u24"
        ),
    ),
    (PRICE, _SERVER, 0x05, "PublishPriceMatrix", f"{_PRICES}, prices * (tier-block-id u8, price u32)"),
    (PRICE, _SERVER, 0x06, "PublishBlockThresholds", f"{_PRICES}, groups * (thresholds thresholds)"),
    (PRICE, _SERVER, 0x09, "PublishBillingPeriod", f"{_ISSUED}, start utc, duration u24, duration-type u8, tariff-type u8"),
    (METERING, _CLIENT, 0x06, "GetSnapshot", "earliest-start utc, latest-end utc, offset u8, cause u32"),
    (METERING, _CLIENT, 0x07, "StartSampling", "issuer-event-id u32, start utc, sample-type u8, interval-seconds u16, max-samples u16"),
    (METERING, _CLIENT, 0x08, "GetSampledData", "sample-id u16, earliest utc, sample-type u8, number-of-samples u16"),
    (METERING, _CLIENT, 0x0B, "ChangeSupply", f"{_ISSUED}, request utc, implementation utc, proposed-status u8, control-bits u8"),
    (
        METERING,
        _CLIENT,
        0x0D,
        "SetSupplyStatus",
        (
            "issuer-event-id u32, supply-tamper-state u8, supply-depletion-state u8, supply-uncontrolled-flow-state u8, "
            "load-limit-supply-state u8"
        ),
    ),
    (
        METERING,
        _CLIENT,
        0x0E,
        "SetUncontrolledFlowThreshold",
        f"{_ISSUED}, threshold u16, uom u8, multiplier u16, divisor u16, stabilisation-period u8, measurement-period u16",
    ),
    (METERING, _SERVER, 0x06, "PublishSnapshot", f"{_SNAPSHOT}, registers snapshot"),
    (
        METERING,
        _SERVER,
        0x07,
        "GetSampledDataResponse",
        "sample-id u16, start utc, sample-type u8, interval-seconds u16, number-of-samples u16, samples # (sample u24)",
    ),
    (METERING, _SERVER, 0x0C, "SupplyStatusResponse", f"{_ISSUED}, implementation utc, supply-status u8"),
    (METERING, _SERVER, 0x0D, "StartSamplingResponse", "sample-id u16"),
    (
        MESSAGING,
        _SERVER,
        0x00,
        "DisplayMessage",
        "message-id u32, control u8, start utc, duration-minutes u16, message os, extended-control ?u8",
    ),
    (PREPAYMENT, _CLIENT, 0x00, "SelectAvailableEmergencyCredit", "command-issue utc, originating-device u8"),
    (
        PREPAYMENT,
        _CLIENT,
        0x02,
        "ChangeDebt",
        (
            "issuer-event-id u32, label os, amount i32, recovery-method u8, amount-type u8, recovery-start utc, collection-time u16, "
            "frequency u8, recovery-amount i32, balance-percentage u16"
        ),
    ),
    (PREPAYMENT, _CLIENT, 0x03, "EmergencyCreditSetup", "issuer-event-id u32, start utc, limit u32, threshold u32"),
    (PREPAYMENT, _CLIENT, 0x04, "ConsumerTopUp", "originating-device u8, topup-code os"),
    (PREPAYMENT, _CLIENT, 0x05, "CreditAdjustment", "issuer-event-id u32, start utc, type u8, value i32"),
    (PREPAYMENT, _CLIENT, 0x06, "ChangePaymentMode", f"{_ISSUED}, implementation utc, payment-control u16, cut-off-value i32"),
    (PREPAYMENT, _CLIENT, 0x07, "GetPrepaySnapshot", "earliest-start utc, latest-end utc, offset u8, cause u32"),
    (PREPAYMENT, _CLIENT, 0x08, "GetTopUpLog", "latest-end utc, number-of-records u8"),
    (PREPAYMENT, _CLIENT, 0x09, "SetLowCreditWarningLevel", "level u32"),
    (PREPAYMENT, _CLIENT, 0x0A, "GetDebtRepaymentLog", "latest-end utc, number-of-debts u8, debt-type u8"),
    (
        PREPAYMENT,
        _CLIENT,
        0x0B,
        "SetMaximumCreditLimit",
        f"{_ISSUED}, implementation utc, max-credit-level u32, max-credit-per-topup u32",
    ),
    (PREPAYMENT, _CLIENT, 0x0C, "SetOverallDebtCap", f"{_ISSUED}, implementation utc, overall-debt-cap i32"),
    (
        PREPAYMENT,
        _SERVER,
        0x01,
        "PublishPrepaySnapshot",
        (
            f"{_SNAPSHOT}, accumulated-debt i32, type-1-debt u32, type-2-debt u32, type-3-debt u32, emergency-credit-remaining i32, "
            "credit-remaining i32"
        ),
    ),
    (
        PREPAYMENT,
        _SERVER,
        0x02,
        "ChangePaymentModeResponse",
        "friendly-credit u8, friendly-credit-calendar-id u32, emergency-credit-limit u32, emergency-credit-threshold u32",
    ),
    (PREPAYMENT, _SERVER, 0x03, "ConsumerTopUpResponse", "result-type u8, topup-value i32, source u8, credit-remaining i32"),
    (PREPAYMENT, _SERVER, 0x05, "PublishTopUpLog", f"{_INDEX}, topups * (code os, amount i32, time utc)"),
    (
        PREPAYMENT,
        _SERVER,
        0x06,
        "PublishDebtLog",
        f"{_INDEX}, repayments * (collection-time utc, amount i32, debt-type u8, outstanding i32)",
    ),
    (CALENDAR, _CLIENT, 0x01, "GetDayProfiles", "provider-id u32, issuer-calendar-id u32, start-day-id u8, number-of-days u8"),
    (CALENDAR, _CLIENT, 0x02, "GetWeekProfiles", "provider-id u32, issuer-calendar-id u32, start-week-id u8, number-of-weeks u8"),
    (CALENDAR, _CLIENT, 0x03, "GetSeasons", "provider-id u32, issuer-calendar-id u32"),
    (
        CALENDAR,
        _CLIENT,
        0x04,
        "GetSpecialDays",
        "start utc, number-of-events u8, calendar-type u8, provider-id u32, issuer-calendar-id u32",
    ),
    (
        CALENDAR,
        _SERVER,
        0x00,
        "PublishCalendar",
        f"{_CALENDAR}, start utc, calendar-type u8, time-reference u8, name os, seasons u8, week-profiles u8, day-profiles u8",
    ),
    (
        CALENDAR,
        _SERVER,
        0x01,
        "PublishDayProfile",
        f"{_CALENDAR}, day-id u8, total-entries u8, {_INDEX}, calendar-type u8, entries * (start-minutes u16, value u8)",
    ),
    (
        CALENDAR,
        _SERVER,
        0x02,
        "PublishWeekProfile",
        f"{_CALENDAR}, week-id u8, monday u8, tuesday u8, wednesday u8, thursday u8, friday u8, saturday u8, sunday u8",
    ),
    (CALENDAR, _SERVER, 0x03, "PublishSeasons", f"{_CALENDAR}, {_INDEX}, seasons * (start date, week-id u8)"),
    (
        CALENDAR,
        _SERVER,
        0x04,
        "PublishSpecialDays",
        f"{_CALENDAR}, start utc, calendar-type u8, number-of-days u8, {_INDEX}, days * (date date, day-id u8)",
    ),
    (
        DEVICE_MANAGEMENT,
        _CLIENT,
        0x04,
        "ReportEventConfiguration",
        f"{_INDEX}, events * (event-id u16, configuration u8)",
    ),
    (DEVICE_MANAGEMENT, _SERVER, 0x00, "PublishChangeOfTenancy", f"{_ISSUED}, tariff-type u8, implementation utc, control u32"),
    (
        DEVICE_MANAGEMENT,
        _SERVER,
        0x01,
        "PublishChangeOfSupplier",
        (
            "current-provider-id u32, issuer-event-id u32, tariff-type u8, proposed-provider-id u32, implementation utc, control u32, "
            "name os, contact os"
        ),
    ),
    (
        DEVICE_MANAGEMENT,
        _SERVER,
        0x02,
        "RequestNewPasswordResponse",
        "issuer-event-id u32, implementation utc, duration-minutes u16, password-type u8, password os",
    ),
    (DEVICE_MANAGEMENT, _SERVER, 0x03, "UpdateSiteID", "issuer-event-id u32, site-id-time utc, provider-id u32, site-id os"),
    (
        DEVICE_MANAGEMENT,
        _SERVER,
        0x04,
        "SetEventConfiguration",
        "issuer-event-id u32, start utc, configuration u8, control u8, number-of-events u8, events # (event-id u16)",
    ),
    (DEVICE_MANAGEMENT, _SERVER, 0x05, "GetEventConfiguration", "event-id u16"),
    (DEVICE_MANAGEMENT, _SERVER, 0x06, "UpdateCIN", "issuer-event-id u32, implementation utc, provider-id u32, cin os"),
    (EVENTS, _CLIENT, 0x00, "GetEventLog", "control-log-id u8, event-id u16, start utc, end utc, number-of-events u8, offset u16"),
    (EVENTS, _CLIENT, 0x01, "ClearEventLogRequest", "log-id u8"),
    (
        EVENTS,
        _SERVER,
        0x01,
        "PublishEventLog",
        f"total-events u16, {_INDEX}, log-payload-control u8, events * (log-id u8, event-id u16, time utc, data os)",
    ),
    (EVENTS, _SERVER, 0x02, "ClearEventLogResponse", "cleared u8"),
)
"""Cluster, whether a server sends it to a client, command id, name, layout."""


@dataclass(frozen=True, slots=True)
class ZclCommand:
    """One cluster command and the layout of its payload."""

    cluster: int
    from_server: bool
    command: int
    name: str
    layout: Layout


_BY_PLACE = {(cluster, from_server, command): (name, text) for cluster, from_server, command, name, text in COMMANDS}


@lru_cache(maxsize=1024)
def zcl_command(cluster: int, from_server: bool, command: int) -> ZclCommand | None:
    """Return the command of a cluster, direction and command id, or ``None`` where the table has none."""
    found = _BY_PLACE.get((cluster, from_server, command))
    return None if found is None else ZclCommand(cluster, from_server, command, found[0], Layout(found[1]))

"""What the numbers inside payloads stand for."""

from __future__ import annotations

__all__ = [
    "ACTIVATION",
    "CELL_USAGES",
    "CERTIFICATE_RESPONSES",
    "CHANNELS",
    "CLOCK_STATUSES",
    "DEVICE_TYPES",
    "ISSUE_FAILURES",
    "JOIN_METHODS",
    "JOIN_RESPONSES",
    "KEY_USAGES",
    "MODES",
    "OUTCOME",
    "PROVIDE_FAILURES",
    "REASONS",
    "ROLES",
    "SPECIALIST_USES",
    "STATUSES",
    "TIME_CHECKS",
    "TRANSFER",
    "UNJOIN_RESPONSES",
]

REASONS = {
    0: "other",
    1: "non-volatile memory",
    2: "program execution",
    3: "program storage",
    4: "RAM",
    5: "unexpected hardware reset",
    6: "watchdog",
    7: "metrology firmware verification",
    8: "measurement fault",
    9: "unspecified",
}
ROLES = {
    0: "root",
    1: "recovery",
    2: "supplier",
    3: "network operator",
    4: "access control broker",
    5: "transitional CoS",
    6: "WAN provider",
    7: "issuing authority",
    8: "load controller",
    127: "other",
}
MODES = {
    0: "root by supplier",
    1: "root by WAN provider",
    2: "supplier by supplier",
    3: "network operator by network operator",
    4: "access control broker by ACB",
    5: "WAN provider by WAN provider",
    6: "transitional CoS by transitional CoS",
    7: "supplier by transitional CoS",
    8: "any except abnormal root by recovery",
    9: "any by contingency",
    10: "load controller by load controller",
    11: "load controller by supplier",
}
STATUSES = {
    0: "success",
    5: "bad certificate",
    10: "no trust anchor",
    17: "insufficient memory",
    25: "trust anchor not found",
    30: "resources busy",
    127: "other",
}
DEVICE_TYPES = {0: "GSME", 1: "ESME", 2: "CHF", 3: "GPF", 4: "HCALCS", 5: "PPMID", 6: "type 2"}
ACTIVATION = {0: "success", 1: "no image held", 2: "hash mismatch", 3: "activation failure"}
TRANSFER = {0: "success", 1: "discarded", 2: "hardware mismatch", 3: "transfer failure"}
OUTCOME = {0: "success", 1: "failure"}
CELL_USAGES = {0: "management", 1: "prepayment top-up"}
SPECIALIST_USES = {0: "prepayment top-up"}
KEY_USAGES = {b"\x07\x80": "digital signature", b"\x03\x08": "key agreement"}
TIME_CHECKS = {0: "apply", 1: "disapply"}
ISSUE_FAILURES = {1: "invalid key usage", 2: "key pair generation failed", 3: "certification request production failed"}
CERTIFICATE_RESPONSES = {
    0: "success",
    1: "invalid certificate",
    2: "wrong device identity",
    3: "invalid key usage",
    4: "no corresponding key pair",
    5: "wrong public key",
    6: "certificate storage failed",
    7: "private key change failed",
}
PROVIDE_FAILURES = {1: "invalid key usage", 2: "no certificate held", 3: "certificate retrieval failure"}
JOIN_METHODS = {0: "method A, initiator", 1: "method A, responder", 2: "method B", 3: "method C"}
JOIN_RESPONSES = {
    0: "success",
    1: "invalid message code for join method and role",
    2: "invalid join method and role",
    3: "incompatible with existing entry",
    4: "device log full",
    5: "write failure",
    6: "key agreement: no resources",
    7: "unknown issuer",
    8: "unsupported suite",
    9: "bad message",
    10: "bad key confirm",
    11: "invalid or missing certificate",
    12: "no partner link key received",
    13: "no CBKE response",
}
UNJOIN_RESPONSES = {0: "success", 1: "not in device log", 2: "other failure"}
CLOCK_STATUSES = {0: "reliable", 1: "invalid", 2: "unreliable"}
CHANNELS = {direction << 4 | number: f"APC {number} {name}" for direction, name in ((1, "output"), (2, "input")) for number in range(1, 6)}

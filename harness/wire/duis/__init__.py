"""DUIS messages that carry an alert to a service user: DeviceAlert and DCCAlert, read from a log and written.

The DCC User Interface Specification itself was not at hand. What stands here comes from public material, and each fact
carries a mark of how it is known:

==== =================================================================================================================
[T]  stands in the test data of a public parser (SmartDCCInnovation/duis-parser)
[P]  stands in the source of public software (that parser, dccboxed-nodered-nodes, dccboxed-signing-tool)
[R]  told by a third party that read DUIS 5.3 and parsed its schema 5.01
[I]  inferred; written in one way only, and not insisted on when read
==== =================================================================================================================

::

    Response  schemaVersion                                        [T]; the attribute is required [R]
      Header  RequestID? ResponseID? ResponseCode ResponseDateTime [T], in that order [T] [R]
      Body    one of
        DeviceAlertMessage   AlertCode ThrottledAlertSequenceId? ThrottledAlertCount? GBCSPayload
        DCCAlertMessage      DCCAlertCode ThrottledAlertSequenceId? ThrottledAlertCount? DCCAlert
        ResponseMessage      ServiceReference ServiceReferenceVariant, then a payload [T], or
                             FutureDatedDeviceAlertMessage: FutureDatedAlertCode GBCSPayload InstructionNumber
                             TotalCommandInstructions [T]
        SMETS1ResponseMessage                                      [R]
      Signature              XML-DSig, optional [R], enveloped [T]

* Namespace ``http://www.dccinterface.co.uk/ServiceUserGateway``; the prefix is ``sr`` by custom [T].
* A RequestID is originator, target and counter, parted by colons; EUI-64s in upper case with dashes [T], the counter
  unsigned and of 64 bits [R]. A ResponseID is turned round: device, user, counter [T]. An alert answers nothing, so it
  has a ResponseID only [R].
* AlertCode is four hexadecimal digits [T]. That both throttling fields are numbers, and stand between code and payload, is
  known from a declaration in a parser [P]; no message that bears them was seen, so their order is inferred [I].
* GBCSPayload is base64 of the GBCS message [T]. Public software takes any ResponseCode but ``I0`` for an error, of
  alerts too [P].
* ResponseDateTime is a UTC ``xs:dateTime`` with milliseconds [T].
* A DCC alert's own content differs from code to code; only N24's was seen [T]. It is kept as elements.
* One alert may come more than once: delivery is repeated until a user acknowledges it [R].
* ``<?simulated by smets-harness?>`` inside a message is not of DUIS but ours: no device sent it.

DUIS is read strictly where alert octets are concerned, and leniently elsewhere: what is not as above stays visible
in ``unrecognised`` and does not cost the message. Attributes of the elements above other than ``schemaVersion``, and text
between elements, are not kept.
"""

from __future__ import annotations

from harness.wire.duis.errors import DuisError
from harness.wire.duis.reading import read_messages
from harness.wire.duis.values import (
    DccAlert,
    DeviceAlert,
    DuisMessage,
    DuisProblem,
    Element,
    FutureDated,
    Header,
    OtherMessage,
    RequestId,
    Throttled,
    Unrecognised,
)
from harness.wire.duis.writing import write_dcc_alert, write_device_alert

__all__ = [
    "DccAlert",
    "DeviceAlert",
    "DuisError",
    "DuisMessage",
    "DuisProblem",
    "Element",
    "FutureDated",
    "Header",
    "OtherMessage",
    "RequestId",
    "Throttled",
    "Unrecognised",
    "read_messages",
    "write_dcc_alert",
    "write_device_alert",
]

"""What goes wrong on purpose.

    aws.faults.add("s3", "GetObject", "throttle", times=3)
    aws.faults.add("sqs", "ReceiveMessage", "duplicate", times=None, where=lambda request: ...)
    aws.faults.add("s3", "GetObject", "truncated", where="AWSLogs/")

Kinds, and the options they take:
  throttle       as each service says it: 503 SlowDown, 400 ThrottlingException, …; status=429: that, without a body
  error500       status=500, code="InternalError"
  refuse         status=403, code="AccessDenied"
  reset          the connection is reset before anything is done; after=True: when it is done, and the answer is lost
  hang           seconds=1.0 before the answer
  slow           after=1 bytes of the body, then seconds=1.0 of silence, then the rest
  truncated      after=… bytes of the body (half of them), then the end
  expired_lease  (ReceiveMessage) the messages are visible again at once
  duplicate      (ReceiveMessage) the messages are delivered once more, whatever becomes of these
  entry_failure  (batches) entries=[0] fail with code="InternalError", sender_fault=False, and are not carried out
  race           somebody is faster: before() is called first; without it the same request is carried out twice, and the
                 second answer is given
"""
import random
import threading

from aws.refusal import Refusal

KINDS = {"throttle", "error500", "refuse", "reset", "hang", "slow", "truncated", "expired_lease", "duplicate",
         "entry_failure", "race"}
THROTTLES = {"s3": ("SlowDown", 503), "dynamodb": ("ProvisionedThroughputExceededException", 400),
             "ssm": ("ThrottlingException", 400), "secretsmanager": ("ThrottlingException", 400),
             "organizations": ("TooManyRequestsException", 400), "identitystore": ("ThrottlingException", 400),
             "sso": ("ThrottlingException", 400),
             "sqs": ("RequestThrottled", 403), "sts": ("Throttling", 400), "sns": ("Throttling", 400)}


class Fault:
    """`times` None: always. `chance`: of those requests only so many."""

    def __init__(self, service, operation, kind, times=1, where=None, chance=1.0, **options):
        if kind not in KINDS:
            raise ValueError(f"no fault of this kind: {kind}")
        self.service, self.operation, self.kind = service, operation, kind
        self.times, self.where, self.chance, self.options = times, where, chance, options
        self.used = 0

    def fits(self, call):
        if self.service not in (None, "*", call.service) or self.operation not in (None, "*", call.operation):
            return False
        if isinstance(self.where, str):
            return self.where in call.subject
        return self.where is None or bool(self.where(call))

    def refusal(self, service):
        """For the kinds that are an answer of the service."""
        if self.kind == "throttle":
            code, status = THROTTLES[service]
            return Refusal(self.options.get("code", code), "Rate exceeded", self.options.get("status", status),
                           self.options.get("headers", ()))
        code, status = ("InternalError", 500) if self.kind == "error500" else ("AccessDenied", 403)
        return Refusal(self.options.get("code", code), "on purpose", self.options.get("status", status))


class Faults:
    """Safe from any thread. The chances come from a seed."""

    def __init__(self, seed=1):
        self.list, self.lock, self.random = [], threading.Lock(), random.Random(seed)

    def add(self, service, operation, kind, times=1, where=None, **options):
        fault = Fault(service, operation, kind, times, where, **options)
        with self.lock:
            self.list.append(fault)
        return fault

    def clear(self):
        with self.lock:
            self.list.clear()

    def take(self, call):
        """The first fault that fits, used up by one; None."""
        if not self.list:
            return None
        with self.lock:
            for fault in self.list:
                if fault.fits(call) and (fault.chance >= 1 or self.random.random() < fault.chance):
                    fault.used += 1
                    if fault.times is not None and fault.used >= fault.times:
                        self.list.remove(fault)
                    return fault
        return None

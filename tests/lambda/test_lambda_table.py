"""The function with a state table: what is committed is told exactly once, by this invocation or by a sweep."""
import time
import unittest
import warnings

import test_lambda
from lambda_run import SWEEP, Function, RuntimeApi, grant, sqs

warnings.simplefilter("ignore", ResourceWarning)


class FailuresWithTable(test_lambda.Failures):
    """Exactly once: what is committed is told by this invocation, or by a sweep."""
    has_table = True

    def deliver(self, event):
        self.assertEqual(self.ask(event), {"batchItemFailures": []})
        for _ in range(20):
            if self.count():
                break
            time.sleep(1)
            self.ask(SWEEP)

    def test_two_at_a_time(self):
        notices = [self.put(f"f{n}", *(grant(f"e{n}-{i}", who=f"u-{n}-{i}") for i in range(3))) for n in range(4)]
        apis = [self.api, self.enterContext(RuntimeApi())]
        for api in apis:
            self.enterContext(Function(api, self.aws, self.receivers, self.table))
        for notice in notices:
            waits = [api.begin(sqs(notice)) for api in apis]
            for wait in waits:
                answer = wait()
                self.assertEqual(answer.status, "response", answer.body)
                self.assertEqual(answer.json(), {"batchItemFailures": []})
        for _ in range(10):
            apis[0].invoke(SWEEP)
            if self.count() >= 12:
                break
            time.sleep(1)
        self.assertEqual(self.count(), 12)

    def test_killed_before_it_told(self):
        function = self.start()
        self.receivers.always("slack", "hang 30")
        wait = self.api.begin(sqs(self.put("good", grant("e1"))))
        self.receivers.wait(lambda: self.receivers.of("slack", accepted=False))
        function.kill()
        self.receivers.release.set()
        self.receivers.always("slack", "ok")
        del wait
        self.api = self.enterContext(RuntimeApi())
        self.start()
        deadline = time.monotonic() + 45  # the lease of what was being sent
        while not self.count() and time.monotonic() < deadline:
            self.ask(SWEEP)
            time.sleep(1)
        self.assertEqual(self.count(), 1)



if __name__ == "__main__":
    unittest.main()

"""Twenty minutes at load: memory stays flat, nothing is lost, the books balance. GW_SOAK_SECONDS sets another length; with
sanitizers, whose memory says little, it is three.

Flat: the resident size in the last quarter is at most a tenth (and 8 MiB) above that of the second quarter. The store grows
by what is stored, so its pages are not counted: the size is without file mappings (RssAnon). Nor does the noise fill the horizon
of role chains, which takes up to 64 MiB before it forgets.
"""
import os
import statistics
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), HERE]
import checks as scenario_checks
import load
from receivers_standin import Receivers
from runner import Checks
from serve import Serve, eventually, require_serve


def anonymous(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("RssAnon"))


def main():
    require_serve()
    checks, length = Checks("soak"), float(os.environ.get("GW_SOAK_SECONDS") or (180 if os.environ.get("GW_SANITIZE") else 1200))
    with Receivers() as receivers, Serve(receivers=[receivers.webhook(n) for n in ("siem", "audit")], env=receivers.env(),
                                         config=load.CONFIG) as s:
        work = load.Load(s.port, workers=2, rate=5, noise=200, by_services=True).start()
        sizes, end, turn = [], time.monotonic() + length, 0
        while time.monotonic() < end:
            time.sleep(min(2, length / 50))
            turn += 1
            receivers.script(("siem", "audit")[turn % 2], ("500", "429 1", "drop", "slow 0.3")[turn % 4])
            receivers.calls[:-2000] = []
            checks.ok(s.alive(), "alive") if not s.alive() else None
            sizes.append(anonymous(s.process.pid))
        checks.ok(work.stop(60), "everything is acknowledged")
        quarter = len(sizes) // 4
        early, late = statistics.median(sizes[quarter:2 * quarter]), statistics.median(sizes[-quarter:])
        grown = max(0.1 * early, 8 * 1024)
        checks.ok(late - early <= grown or os.environ.get("GW_SANITIZE"), f"memory: {early:.0f} KiB early, {late:.0f} KiB late",
                  [str(sizes[:: max(1, len(sizes) // 40)])])
        quiet = lambda: not s.metric("glasswatch_alerts_total", "state").get("trying")
        checks.ok(eventually(quiet, 120, pause=0.5), "everything is told")
        total = sum(s.metric("glasswatch_records_total", "outcome").values())
        checks.ok(work.settled == total == work.attempted, f"{work.settled} records acknowledged, {total} in the books")
        problem = scenario_checks.books(s, is_at_rest=False)
        checks.ok(problem is None, f"books: {problem}")
        print(f"{length:.0f} s, {total} records, {len(work.acknowledged)} stored, {early:.0f} -> {late:.0f} KiB")
        checks.ok(s.stop() == 0, "SIGTERM ends with 0")
        checks.ok(s.with_config("store", "check").returncode == 0, "store check")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())

"""What a scenario can expect. Each check answers None when it holds, else a sentence about what it found.

    sessions 2                                        so many sessions
    session alice prod-payments BreakGlassAdmin has state=open counts.iam=1 mechanisms~identity_center_cli aliases=#1
            expires_at=+3600s                         fields; `~` a list that holds, `#` a length, `+` seconds after start
    slack parents 1                                   parent messages that were accepted; `replies`: in their threads
    slack parent alice prod-payments BreakGlassAdmin  one that names who, account and role, and its session's id
    slack edited alice prod-payments BreakGlassAdmin  its parent was edited
    slack says alice prod-payments BreakGlassAdmin: T the parent as it stands holds the text T (`lacks`: does not)
    told session.opened [x2] [at siem]                so many different facts of this kind were accepted (no number: one or more)
    not told session.digest
    alert session.opened delivered [x2]               so many notifications of this kind are in that state
    records matched=2 attached=0 duplicate=1          totals of the books
    child of WHO ACCOUNT ROLE is WHO ACCOUNT ROLE     the second session names the first as its parent
    aliases answer                                    every alias leads to the session that stands for it
    no duplicate · books balance · store clean · quarantined 1
"""
import re
import time

from story import epoch

WORDS = {"true": True, "false": False, "null": None}


def field(value, path):
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def is_who(scenario, session, who):
    p = session["principal"]
    if who == "root":
        return "root" in (p.get("arn") or p.get("id") or "") or p.get("type") == "Root"
    person = scenario.story.org.people.get(who)
    if person is None:
        return who in (p.get("name"), p.get("id")) or (p.get("arn") or "").endswith("/" + who)
    return person.user_id == p.get("id") or person.mail in (p.get("name") or "", (p.get("arn") or "").split("/")[-1])


def find_sessions(scenario, who):
    name, account, role = (list(who) + ["*"])[:3]
    account_id = scenario.story.account(account).id
    return [s for s in scenario.serve.sessions()
            if s["account_id"] == account_id and is_who(scenario, s, name) and role in ("*", s["role"])]


def find_session(scenario, who):
    found = find_sessions(scenario, who)
    return found[0] if len(found) == 1 else None


def check(scenario, text):
    for pattern, function in CHECKS:
        m = re.fullmatch(pattern, text)
        if m:
            return function(scenario, *m.groups())
    raise SystemExit(f"{scenario.name}: unknown expectation {text!r}")


def check_count(scenario, number):
    got = len(scenario.serve.sessions())
    return None if got == int(number) else f"there are {got} sessions"


def check_session(scenario, who, conditions):
    found = find_sessions(scenario, who.split())
    if len(found) != 1:
        return f"{len(found)} sessions fit {who}"
    wrong = []
    for condition in conditions.split():
        path, sign, want = re.fullmatch(r"([\w.]+)(=|~|>=)(.*)", condition).groups()
        got = field(found[0], path)
        if sign == "~":
            good = want in (got or [])
        elif want.startswith("#"):
            good = len(got or []) == int(want[1:])
        elif want.startswith("+"):
            good = got is not None and abs(epoch(got[:19] + "Z") - scenario.start - int(want[1:-1])) <= 5
        elif want in WORDS:
            good = got is WORDS[want]
        elif isinstance(got, int):
            good = got >= int(want) if sign == ">=" else got == int(want)
        else:
            good = str(got) == want
        if not good:
            wrong.append(f"{path} is {got!r}")
    return "; ".join(wrong) or None


def parents_of(scenario, who):
    """Slack parents of that session, or None when there is no such session."""
    session = find_session(scenario, who)
    if session is None:
        return None
    ids = {session["id"], *session["aliases"]}
    return [c for c in scenario.receivers.slack_parents() if c.session_id in ids]


def check_parent(scenario, who):
    words = who.split()
    calls = parents_of(scenario, words)
    if not calls:
        return f"no parent; Slack got {[c.block() for c in scenario.receivers.slack_parents()]}"
    text, account = calls[0].text(), words[1]
    names = [account] + ([words[2]] if len(words) > 2 else [])
    names.append(words[0])
    missing = [n for n in names if n not in text]
    return f"its parent does not name {missing}: {text}" if missing else None


def check_parents(scenario, number):
    got = scenario.receivers.slack_parents()
    return None if len(got) == int(number) else f"there are {len(got)} parents: {got}"


def check_replies(scenario, number):
    got = scenario.receivers.slack_replies()
    return None if len(got) == int(number) else f"there are {len(got)} replies: {[c.text() for c in got]}"


def check_edited(scenario, who):
    calls = parents_of(scenario, who.split())
    if not calls:
        return "no parent"
    return None if scenario.receivers.slack_edits(calls[0].ts) else "its parent was never edited"


def check_says(scenario, verb, who, text):
    calls = parents_of(scenario, who.split())
    if not calls:
        return "no parent"
    shown = (calls[-1:] + scenario.receivers.slack_edits(calls[-1].ts))[-1].text()
    return None if (text in shown) == (verb == "says") else f"it says {shown}"


def facts(scenario, kind, route):
    """Different facts of a kind that a receiver accepted: webhooks by their id."""
    return {c.headers.get("webhook-id") or c.number for c in scenario.receivers.told(kind, route or "siem")}


def check_told(scenario, kind, number, route):
    got = facts(scenario, kind, route)
    good = len(got) == int(number) if number else got
    kinds = sorted(str(c.kind) for c in scenario.receivers.of(route or "siem"))
    return None if good else f"{len(got)} were told; accepted so far: {kinds}"


def check_not_told(scenario, kind, route):
    return f"{kind} was told" if facts(scenario, kind, route) else None


def check_alert(scenario, kind, state, number, receiver):
    notifications = [n for a in scenario.serve.alerts() if a["kind"] == kind for n in a["notifications"]]
    got = [n for n in notifications if n["state"] == state and receiver in (None, n["receiver"])]
    good = len(got) == int(number) if number else got
    return None if good else f"notifications of {kind}: {[(n['receiver'], n['state'], n.get('reason')) for n in notifications]}"


def check_records(scenario, conditions):
    got = scenario.serve.metric("glasswatch_records_total", "outcome")
    wrong = [c for c in conditions.split() if got.get(c.split("=")[0], 0) != int(c.split("=")[1])]
    return f"{wrong} do not hold: {got}" if wrong else None


def check_no_duplicate(scenario):
    """Nothing was accepted twice: no webhook id, no second parent for a session, no reply with the same words."""
    seen, twice = set(), []
    for call in scenario.receivers.of():
        if call.route == "slack":
            key = ("parent", call.session_id) if call.is_parent else (call.json.get("thread_ts"), call.text())
            if call.method != "chat.postMessage":
                continue
        else:
            key = (call.route, call.headers.get("webhook-id"))
        if key in seen:
            twice.append(key)
        seen.add(key)
    return f"accepted twice: {twice}" if twice else None


def books(serve, is_at_rest=True):
    """None when the books balance, else which do not. At rest, the metric and the list say the same; where digests and lapses go on
    while the list is read, what is delivered by the list lies between what the metric says before and after."""
    records, decoded = serve.metric("glasswatch_records_total", "outcome"), serve.metric("glasswatch_records_decoded_total", "")
    if decoded.get(None) != sum(records.values()):
        return f"records: decoded {decoded} is not the sum of {records}"
    deliveries = serve.metric("glasswatch_deliveries_total", "outcome")
    if deliveries.get("received") != sum(deliveries.get(k, 0) for k in ("settled", "retrying", "in_flight")):
        return f"deliveries: received is not settled + retrying + in_flight: {deliveries}"
    unknown = set(records) - {"matched", "attached", "ignored", "not_watched", "duplicate", "quarantined"}
    if unknown:
        return f"unknown outcomes {unknown}"
    for _ in range(20):
        before, listed, after = alerts_counted(serve), alerts_listed(serve), alerts_counted(serve)
        if before == after or not is_at_rest:
            break
        time.sleep(0.25)
    else:
        return f"alerts: they never came to rest: {before}, then {after}"
    for counted in (before, after):
        for (receiver, state), number in counted.items():
            if state == "due" and number != sum(v for k, v in counted.items() if k[0] == receiver and k[1] != "due"):
                return f"alerts of {receiver}: due is not the sum of {counted}"
    for key in sorted(k for k in {*before, *listed, *after} if k[1] != "due"):
        low, found, high = before.get(key, 0), listed.get(key, 0), after.get(key, 0)
        if before != after and key[1] != "delivered":
            continue  # it may be between two states
        if not low <= found <= high:
            return f"alerts: the metric says {low} and then {high} for {key}, the list {found}"
    return None


def alerts_listed(serve):
    """The same as alerts_counted(), by the list."""
    listed = {}
    for alert in serve.alerts():
        for n in alert["notifications"]:
            listed[n["receiver"], n["state"]] = listed.get((n["receiver"], n["state"]), 0) + 1
    return listed


def alerts_counted(serve):
    """glasswatch_alerts_total by receiver and state."""
    return {(dict(labels)["receiver"], dict(labels)["state"]): int(value)
            for (name, labels), value in serve.metrics().items() if name == "glasswatch_alerts_total"}


def check_books(scenario):
    total = sum(scenario.serve.metric("glasswatch_records_total", "outcome").values())
    if total != scenario.sent:
        return f"{scenario.sent} records were sent, the books hold {total}"
    return books(scenario.serve)


def check_store(scenario):
    """`store check`, while serve is stopped."""
    r = scenario.serve.with_config("store", "check")
    return None if r.returncode == 0 else f"store check: {r.returncode} {r.stdout} {r.stderr}"


def check_quarantined(scenario, number):
    got = scenario.serve.metric("glasswatch_records_total", "outcome").get("quarantined", 0)
    return None if got == int(number) else f"{got} records are quarantined"


def check_aliases(scenario):
    pairs = [(alias, s["id"]) for s in scenario.serve.sessions() for alias in s["aliases"]]
    wrong = [alias for alias, ident in pairs if (scenario.serve.session(alias) or {}).get("id") != ident]
    return None if pairs and not wrong else f"{len(pairs)} aliases, {wrong} lead nowhere"


def check_child(scenario, parent, child):
    above, below = find_session(scenario, parent.split()), find_session(scenario, child.split())
    if not above or not below:
        return f"parent {above and above['id']}, child {below and below['id']}"
    return None if below["parent"] == above["id"] else f"its parent is {below['parent']}, not {above['id']}"


CHECKS = (
    (r"child of (.+) is (.+)", check_child),
    (r"aliases answer", check_aliases),
    (r"sessions (\d+)", check_count), (r"session (.+?) has (.+)", check_session),
    (r"slack parents (\d+)", check_parents), (r"slack parent (.+)", check_parent),
    (r"slack replies (\d+)", check_replies), (r"slack edited (.+)", check_edited),
    (r"slack (says|lacks) (.+?): (.+)", check_says), (r"told (\S+)(?: x(\d+))?(?: at (\w+))?", check_told),
    (r"not told (\S+)(?: at (\w+))?", check_not_told),
    (r"alert (\S+) (\w+)(?: x(\d+))?(?: at (\w+))?", check_alert), (r"records (.+)", check_records),
    (r"no duplicate", check_no_duplicate), (r"books balance", check_books), (r"store clean", check_store),
    (r"quarantined (\d+)", check_quarantined))

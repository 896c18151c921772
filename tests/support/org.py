"""The cast of a made organization: accounts, people, roles, keys. Everything is invented and follows from a seed.

Identifiers have the length and alphabet of real ones, so that parsers meet what they will meet; addresses of people
come from the documentation ranges (RFC 5737, RFC 3849), addresses of AWS from 203.0.113.0/24.
"""
import hashlib
import random
import time

B32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class Rng(random.Random):
    """A random source whose stream depends only on the parts it was seeded with."""

    def __init__(self, *parts):
        digest = hashlib.sha256("/".join(str(p) for p in parts).encode()).digest()
        super().__init__(int.from_bytes(digest[:16], "big"))

    def hexes(self, n):
        return "%0*x" % (n, self.getrandbits(4 * n))

    def uuid(self):
        h = self.hexes(32)
        return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-{'89ab'[int(h[16], 16) & 3]}{h[17:20]}-{h[20:]}"

    def text(self, alphabet, n):
        return "".join(alphabet[int(self.random() * len(alphabet))] for _ in range(n))

    def role_id(self):
        return "AROA" + self.text(B32, 17)

    def user_id(self):
        return "AIDA" + self.text(B32, 17)

    def long_key(self):
        return "AKIA" + self.text(B32, 16)

    def short_key(self):
        return "ASIA" + self.text(B32, 16)


def iso(t):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(t))


def us_time(t):
    """STS's display form of an expiration: Jul 1, 2026, 12:08:19 PM."""
    g = time.gmtime(t)
    clock = time.strftime("%I:%M:%S %p", g).lstrip("0")
    return f"{time.strftime('%b', g)} {g.tm_mday}, {g.tm_year}, {clock}"


class Person:
    """Somebody in the identity store. `user_id` has one of the two documented forms."""

    def __init__(self, rng, name, number, ip):
        self.name = name
        self.mail = name + "@example.com"
        uuid = rng.uuid()
        self.user_id = f"93670c12ab-{uuid}" if number % 2 else uuid
        self.ip = ip
        self.external = number % 3 == 0  # signs in through an outside identity provider
        self.sid = rng.text(ALNUM, 12)

    def __repr__(self):
        return self.name


class Account:
    """One member account and the roles in it. Role ids and reserved-role suffixes are stable for the trail."""

    def __init__(self, seed, account_id, name, idc_region):
        self.id = account_id
        self.name = name
        self.idc_region = idc_region
        self.rng = Rng(seed, "account", account_id)
        self._roles = {}
        r = self.rng
        self.instances = ["i-" + r.hexes(17) for _ in range(8)]
        self.groups = ["sg-" + r.hexes(17) for _ in range(4)]
        self.kms_keys = [r.uuid() for _ in range(4)]
        self.vpc = "vpc-" + r.hexes(17)
        self.subnet = "subnet-" + r.hexes(17)
        self.saml_suffix = r.hexes(16)

    def role_id(self, name):
        if name not in self._roles:
            self._roles[name] = Rng(self.id, "role", name).role_id()
        return self._roles[name]

    def reserved(self, permission_set):
        """The name of the role that Identity Center makes for a permission set here."""
        return f"AWSReservedSSO_{permission_set}_{Rng(self.id, 'suffix', permission_set).hexes(16)}"

    def reserved_path(self):
        segment = "" if self.idc_region == "us-east-1" else self.idc_region + "/"
        return f"/aws-reserved/sso.amazonaws.com/{segment}"

    def saml_provider(self):
        return f"arn:aws:iam::{self.id}:saml-provider/AWSSSO_{self.saml_suffix}_DO_NOT_DELETE"


class Org:
    """An organization under Control Tower. accounts[0] is the management account."""

    def __init__(self, seed, accounts, people, idc_region, start):
        self.seed = seed
        rng = Rng(seed, "org")
        self.id = "o-" + rng.text("abcdefghijklmnopqrstuvwxyz0123456789", 10)
        self.idc_region = idc_region
        self.start = start
        self.accounts = [Account(seed, i, n, idc_region) for i, n in accounts]
        self.by_name = {a.name: a for a in self.accounts}
        self.management = self.accounts[0]
        self.store_id = "d-93670c12ab"
        self.store_arn = f"arn:aws:identitystore::{self.management.id}:identitystore/{self.store_id}"
        self.instance = "ssoins-" + rng.hexes(16)
        self.people = {}
        for number, name in enumerate(people):
            net = ("198.51.100.", "192.0.2.", "2001:db8:0:")[number % 3]
            ip = net + str(10 + number) + ("::7" if ":" in net else "")
            self.people[name] = Person(rng, name, number, ip)

    def permission_set_arn(self, name):
        return f"arn:aws:sso:::permissionSet/{self.instance}/ps-{Rng(self.seed, 'ps', name).hexes(16)}"

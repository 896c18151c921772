"""Organizations, Identity Store and SSO Admin: who and what ids are. Lists come in pages of `page` entries, the first of them
empty, as Organizations may answer.

    aws.directories.account("111122223333", "prod-payments", "ou-ab12-prod")
    aws.directories.unit("ou-ab12-prod", "r-ab12")
    aws.directories.users["u-1"] = "alice@example.com"
    aws.directories.sets["BreakGlassAdmin"] = "PT4H"
"""
from aws.refusal import Refusal

SERVICES = {"AWSOrganizationsV20161128": "organizations", "AWSIdentityStore": "identitystore", "SWBExternalService": "sso"}
INSTANCE = "arn:aws:sso:::instance/ssoins-1"


class Directories:
    def __init__(self, store="d-1", root="r-ab12", page=2):
        self.store, self.root, self.page = store, root, page
        self.accounts, self.units, self.users, self.sets = {}, {}, {}, {}

    def account(self, ident, name, parent=None, state="ACTIVE"):
        self.accounts[ident] = {"Id": ident, "Name": name, "State": state, "parent": parent or self.root}

    def unit(self, ident, parent=None):
        self.units[ident] = parent or self.root

    def pages(self, request, name, items):
        items, token = list(items), request.get("NextToken")
        if token is None and items:
            return {name: [], "NextToken": "from 0"}
        at = int(token.split()[1]) if token else 0
        answer = {name: items[at:at + self.page]}
        if at + self.page < len(items):
            answer["NextToken"] = f"from {at + self.page}"
        return answer

    def call(self, service, operation, request):
        shown = [{k: v for k, v in a.items() if k != "parent"} for a in self.accounts.values()]
        parent = request.get("ParentId")
        if service == "identitystore" and request.get("IdentityStoreId") != self.store:
            raise Refusal("ResourceNotFoundException", "no such store")
        if service == "sso" and operation != "ListInstances" and request.get("InstanceArn") != INSTANCE:
            raise Refusal("ResourceNotFoundException", "no such instance")
        answers = {
            "ListAccounts": lambda: self.pages(request, "Accounts", shown),
            "ListRoots": lambda: self.pages(request, "Roots", [{"Id": self.root}]),
            "ListOrganizationalUnitsForParent": lambda: self.pages(
                request, "OrganizationalUnits", [{"Id": u} for u, p in self.units.items() if p == parent]),
            "ListAccountsForParent": lambda: self.pages(
                request, "Accounts", [a for a in shown if self.accounts[a["Id"]]["parent"] == parent]),
            "ListUsers": lambda: self.pages(
                request, "Users", [{"UserId": i, "UserName": n, "IdentityStoreId": self.store}
                                   for i, n in self.users.items()]),
            "ListInstances": lambda: self.pages(
                request, "Instances", [{"InstanceArn": INSTANCE, "IdentityStoreId": self.store}]),
            "ListPermissionSets": lambda: self.pages(request, "PermissionSets", ["arn:set/" + n for n in self.sets]),
            "DescribePermissionSet": lambda: {"PermissionSet": {
                "Name": request["PermissionSetArn"][8:], "SessionDuration": self.sets[request["PermissionSetArn"][8:]]}},
        }
        if operation not in answers:
            raise Refusal("UnknownOperationException", operation)
        return answers[operation]()

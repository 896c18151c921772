"""The operations of S3 on the buckets of s3.py: HTTP and XML."""
import bisect
import re
from email.utils import formatdate
from urllib.parse import parse_qsl, quote_plus, unquote
from xml.sax.saxutils import escape

from aws.refusal import Refusal, xml_response
from aws.s3 import iso
from aws.wire import Response

NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
# Parameters whose meaning is known; another one is refused, not ignored.
OBJECT_PARAMETERS = {"versionId", "x-id"}
LIST_PARAMETERS = {"list-type", "prefix", "delimiter", "continuation-token", "start-after", "max-keys", "encoding-type",
                   "fetch-owner", "x-id"}
SUFFIXED = re.compile(r"(?:(.+)\.)?s3[.-][a-z0-9.-]+")


def locate(request):
    """(bucket, key, {parameter: value}): the bucket is in the host, as a name in front of `s3.`, or first in the path."""
    parameters = dict(parse_qsl(request.raw_query, keep_blank_values=True))
    path = unquote(request.path, encoding="utf-8", errors="surrogateescape")
    host = SUFFIXED.fullmatch(request.header("host").rsplit(":", 1)[0].lower())
    if host and host[1]:
        return host[1], path[1:], parameters
    bucket, _, key = path[1:].partition("/")
    return bucket, key, parameters


def operation_of(method, bucket, key, parameters):
    if not bucket:
        return "ListBuckets"
    if key:
        return {"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject", "DELETE": "DeleteObject"}.get(method, method)
    if method == "GET":
        if "location" in parameters:
            return "GetBucketLocation"
        return "ListObjectsV2" if parameters.get("list-type") == "2" else "ListObjects"
    return {"HEAD": "HeadBucket", "PUT": "CreateBucket"}.get(method, method)


class S3Service:
    def __init__(self, s3):
        self.s3 = s3

    def call(self, operation, request, place):
        bucket, key, parameters = place
        handler = getattr(self, "on_" + operation, None)
        if handler is None or len(key.encode("utf-8", "surrogateescape")) > 1024:
            raise Refusal("KeyTooLongError" if handler else "NotImplemented", operation, 400 if handler else 501)
        known = OBJECT_PARAMETERS if key else LIST_PARAMETERS | {"location"}
        if not set(parameters) <= known:
            raise Refusal("NotImplemented", f"parameters {sorted(set(parameters) - known)}", 501)
        if operation == "CreateBucket":
            self.s3.create(bucket)
            return Response(200, headers=[("Location", "/" + bucket)])
        with self.s3.lock:
            found = self.s3.bucket(bucket)
            owner = request.header("x-amz-expected-bucket-owner")
            if owner and owner != found.owner:
                raise Refusal("AccessDenied", "Access Denied", 403)
            return handler(request, found, key, parameters)

    def on_HeadBucket(self, request, bucket, key, parameters):
        return Response(200, headers=[("x-amz-bucket-region", self.s3.region)])

    def on_GetBucketLocation(self, request, bucket, key, parameters):
        return xml_response(f"<LocationConstraint {NAMESPACE}>{self.s3.region}</LocationConstraint>")

    @staticmethod
    def find(bucket, key, parameters):
        version_id = parameters.get("versionId")
        versions = bucket.objects.get(key, [])
        if version_id is None:
            version = versions[-1] if versions else None
            missing = Refusal("NoSuchKey", "The specified key does not exist.", 404)
        else:
            version = next((each for each in versions if each.id == version_id), None)
            missing = Refusal("NoSuchVersion", "The specified version does not exist.", 404)
        if version is None:
            raise missing
        if version.is_marker:
            headers = [("x-amz-delete-marker", "true"), ("x-amz-version-id", version.id)]
            if version_id is None:
                raise Refusal("NoSuchKey", "The specified key does not exist.", 404, headers)
            raise Refusal("MethodNotAllowed", "The specified method is not allowed.", 405, headers)
        return version

    def on_GetObject(self, request, bucket, key, parameters):
        version = self.find(bucket, key, parameters)
        headers = [("ETag", version.etag), ("Last-Modified", formatdate(version.at, usegmt=True)),
                   ("Accept-Ranges", "bytes")]
        if bucket.versioned:
            headers.append(("x-amz-version-id", version.id))
        if request.header("if-none-match") in (version.etag, "*"):
            return Response(304, b"", headers)
        if request.header("if-match", version.etag) not in (version.etag, "*"):
            raise Refusal("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412)
        data, status = version.data, 200
        wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", request.header("range"))
        if wanted and (wanted[1] or wanted[2]):
            size = len(data)
            first = int(wanted[1]) if wanted[1] else max(0, size - int(wanted[2]))
            last = min(int(wanted[2]), size - 1) if wanted[1] and wanted[2] else size - 1
            if first >= size or last < first:
                raise Refusal("InvalidRange", "The requested range is not satisfiable", 416)
            data, status = data[first:last + 1], 206
            headers.append(("Content-Range", f"bytes {first}-{last}/{size}"))
        if request.method == "HEAD":
            headers.append(("Content-Length", str(len(data))))
        return Response(status, data, headers, version.content_type)

    on_HeadObject = on_GetObject

    def on_PutObject(self, request, bucket, key, parameters):
        if request.header("x-amz-copy-source") or "versionId" in parameters:
            raise Refusal("NotImplemented", "copies", 501)
        there = bucket.newest(key)
        absent, same = request.header("if-none-match"), request.header("if-match")
        if absent not in ("", "*"):
            raise Refusal("NotImplemented", "If-None-Match takes * only", 501)
        if same and there is None:
            raise Refusal("NoSuchKey", "The specified key does not exist.", 404)
        if (absent and there) or (same and same != there.etag):
            raise Refusal("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412)
        version = self.s3.put(bucket.name, key, request.body,
                              request.header("content-type") or "binary/octet-stream")
        headers = [("ETag", version.etag)]
        if bucket.versioned:
            headers.append(("x-amz-version-id", version.id))
        if request.header("x-amz-checksum-sha256"):
            headers.append(("x-amz-checksum-sha256", request.header("x-amz-checksum-sha256")))
        return Response(200, b"", headers)

    def on_DeleteObject(self, request, bucket, key, parameters):
        version_id = parameters.get("versionId")
        if version_id is None:
            marker = self.s3.delete(bucket.name, key)
            return Response(204, headers=[("x-amz-delete-marker", "true"), ("x-amz-version-id", marker)] if marker else [])
        versions = bucket.objects.get(key, [])
        versions[:] = [each for each in versions if each.id != version_id]
        return Response(204, headers=[("x-amz-version-id", version_id)])

    def on_ListObjectsV2(self, request, bucket, key, parameters):
        prefix, delimiter = parameters.get("prefix", ""), parameters.get("delimiter", "")
        limit = min(int(parameters.get("max-keys", "1000")), 1000)
        encoding = parameters.get("encoding-type", "")
        if encoding not in ("", "url"):
            raise Refusal("InvalidArgument", "Invalid Encoding Method specified in Request")
        token = parameters.get("continuation-token")
        after = self.read_token(token) if token is not None else parameters.get("start-after", "")
        contents, prefixes, last, is_cut = self.page(bucket, prefix, delimiter, after, limit)

        def text(value):
            plain = quote_plus(value, safe="/*", errors="surrogateescape") if encoding else value
            return escape(plain).replace("\r", "&#13;")

        out = [f"<ListBucketResult {NAMESPACE}><Name>{bucket.name}</Name><Prefix>{text(prefix)}</Prefix>"
               f"<KeyCount>{len(contents) + len(prefixes)}</KeyCount><MaxKeys>{limit}</MaxKeys>"]
        if delimiter:
            out.append(f"<Delimiter>{text(delimiter)}</Delimiter>")
        if encoding:
            out.append("<EncodingType>url</EncodingType>")
        if is_cut:
            out.append(f"<NextContinuationToken>{self.make_token(last)}</NextContinuationToken>")
        out.append(f"<IsTruncated>{str(is_cut).lower()}</IsTruncated>")
        for name, version in contents:
            out.append(f"<Contents><Key>{text(name)}</Key><LastModified>{iso(version.at)}</LastModified>"
                       f"<ETag>{escape(version.etag, {chr(34): '&quot;'})}</ETag><Size>{len(version.data)}</Size>"
                       "<StorageClass>STANDARD</StorageClass></Contents>")
        out += [f"<CommonPrefixes><Prefix>{text(name)}</Prefix></CommonPrefixes>" for name in prefixes]
        return xml_response("".join(out) + "</ListBucketResult>")

    @staticmethod
    def page(bucket, prefix, delimiter, after, limit):
        contents, prefixes, last = [], [], after
        at = max(bisect.bisect_left(bucket.sorted, prefix), bisect.bisect_right(bucket.sorted, after))
        while at < len(bucket.sorted):
            name = bucket.sorted[at]
            if not name.startswith(prefix):
                break
            end = name.find(delimiter, len(prefix)) if delimiter else -1
            common = name[:end + len(delimiter)] if end >= 0 else ""
            version = bucket.newest(name)
            # A common prefix that the page before ended with holds all the keys below it.
            if version is None or (common and after.startswith(common) and after == common):
                at += 1
                continue
            if len(contents) + len(prefixes) >= limit:
                return contents, prefixes, last, limit > 0
            if common:
                prefixes.append(common)
                last = common
                while at < len(bucket.sorted) and bucket.sorted[at].startswith(common):
                    at += 1
            else:
                contents.append((name, version))
                last = name
                at += 1
        return contents, prefixes, last, False

    @staticmethod
    def make_token(last):
        return "1" + last.encode("utf-8", "surrogateescape").hex()

    @staticmethod
    def read_token(token):
        try:
            if token[:1] != "1":
                raise ValueError(token)
            return bytes.fromhex(token[1:]).decode("utf-8", "surrogateescape")
        except ValueError:
            raise Refusal("InvalidArgument", "The continuation token provided is incorrect") from None

"""An Elasticsearch that answers as told, behind the real client: no server is needed."""

import json
from typing import NamedTuple

from elastic_transport import ApiResponseMeta, BaseNode, HttpHeaders

HEADERS = {"x-elastic-product": "Elasticsearch", "content-type": "application/vnd.elasticsearch+json;compatible-with=9"}


class Reply(NamedTuple):
    """What the client reads of an answer."""

    meta: ApiResponseMeta
    body: bytes


class Engine(BaseNode):
    """Keeps what it is asked, and answers with the next of `answers`, the last of them for ever. For a test: a class of its own with lists of its own."""

    asked: list
    answers: list

    def perform_request(self, method, target, body=None, headers=None, request_timeout=None):
        self.asked.append((target, body or b""))
        status, answer = self.answer(method, target, body)
        meta = ApiResponseMeta(node=self.config, duration=0.0, http_version="1.1", status=status, headers=HttpHeaders(HEADERS))
        return Reply(meta, json.dumps(answer).encode())

    def answer(self, method, target, body):
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def close(self):
        pass

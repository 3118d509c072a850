"""A program that asks the API, and what it sends."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from gridmap.accounts.models import User
from gridmap.accounts.services import make_token
from tests.makers import SIDE, SOUTH, WEST


class Machine:
    """Asks with a token of a person."""

    def __init__(self, user: User) -> None:
        now = timezone.now()
        self.token, secret = make_token(
            user=user, label="test", expires_at=now + timedelta(days=1), by="maker", at=now
        )
        self.headers = {"Authorization": f"Bearer {secret}"}
        self.client = Client(enforce_csrf_checks=True)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/{path}", query, headers=self.headers)

    def post(self, path: str, body: Any) -> Any:
        """JSON."""
        return self.client.post(
            f"/api/{path}", body, content_type="application/json", headers=self.headers
        )

    def send(self, path: str, **form: Any) -> Any:
        """A form with files."""
        return self.client.post(f"/api/{path}", form, headers=self.headers)


def report_body(column: float = 0.5, row: float = 0.5, **fields: Any) -> dict[str, Any]:
    """A report at a place of the chessboard, as a program sends it."""
    place = {"lon": WEST + SIDE * column, "lat": SOUTH + SIDE * row, "accuracy_m": 8}
    return {
        "key": str(uuid4()),
        "source": "patrol",
        "topic": "water_supply",
        "occurred_at": "2026-07-14T09:20:00+08:00",
        "words": "早上六点起停水。楼上楼下都没有",
        "place": place,
        **fields,
    }


def upload(data: bytes, name: str = "photo.jpg", kind: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, kind)


def errors_of(answer: Any) -> dict[str, str]:
    """Field to reason."""
    return {error["field"]: error["reason"] for error in answer.json()["errors"]}

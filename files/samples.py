"""Something to try things on: a few generated files, of which every installation has the same bytes."""

import io
import json
import math
import random
import struct
import wave
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

BEGIN = datetime(2026, 1, 5, 8, tzinfo=UTC)
_PATHS = (
    "/",
    "/login",
    "/api/orders",
    "/api/orders/{n}",
    "/static/app.js",
    "/static/app.css",
    "/search?q={n}",
)
_CITIES = ("Berlin", "Lagos", "Lima", "Osaka", "Oslo", "Perth", "Toronto")


def server_log(rng: random.Random) -> Iterator[bytes]:
    """Yield the access log of a small shop."""
    moment = BEGIN
    for _ in range(12_000):
        moment += timedelta(seconds=rng.expovariate(0.7))
        path = rng.choice(_PATHS).format(n=rng.randrange(5000))
        status = rng.choices((200, 304, 404, 500), (88, 7, 4, 1))[0]
        size = 0 if status == 304 else rng.randrange(200, 40_000)
        yield (
            f"10.0.{rng.randrange(8)}.{rng.randrange(1, 255)} - - [{moment:%d/%b/%Y:%H:%M:%S} +0000] "
            f'"GET {path} HTTP/1.1" {status} {size} "-" "Mozilla/5.0 (X11; Linux x86_64)"\n'
        ).encode()


def sensor_table(rng: random.Random) -> Iterator[bytes]:
    """Yield the readings of seven weather stations as CSV."""
    yield b"time,station,temperature_c,humidity_percent,pressure_hpa\n"
    for step in range(20_000):
        city = step % len(_CITIES)
        hour = step / len(_CITIES) / 6
        warmth = 12 + 3 * city + 6 * math.sin(hour * math.pi / 12) + rng.gauss(0, 0.4)
        yield (
            f"{BEGIN + timedelta(minutes=10 * (step // len(_CITIES))):%Y-%m-%d %H:%M},{_CITIES[city]},{warmth:.1f},"
            f"{55 + 20 * math.cos(hour / 5):.0f},{1013 + 4 * math.sin(hour / 40) + rng.gauss(0, 0.1):.1f}\n"
        ).encode()


def orders(rng: random.Random) -> Iterator[bytes]:
    """Yield orders as JSON lines."""
    for number in range(6_000):
        items = [
            {
                "sku": f"A-{rng.randrange(300):04}",
                "quantity": rng.randrange(1, 5),
                "price": rng.randrange(199, 9999) / 100,
            }
            for _ in range(rng.randrange(1, 4))
        ]
        order = {
            "id": 100_000 + number,
            "created": (BEGIN + timedelta(seconds=47 * number)).isoformat(),
            "customer": {"id": rng.randrange(2000), "city": rng.choice(_CITIES)},
            "items": items,
            "paid": rng.random() > 0.03,
        }
        yield (json.dumps(order) + "\n").encode()


def trades(rng: random.Random) -> Iterator[bytes]:
    """Yield a table of binary records of 32 bytes: time in µs, price, volume, instrument, flags."""
    moment, prices = int(BEGIN.timestamp() * 1e6), [rng.uniform(10, 400) for _ in range(40)]
    for _ in range(40_000):
        moment += rng.randrange(50, 90_000)
        instrument = rng.randrange(len(prices))
        prices[instrument] = round(prices[instrument] * (1 + rng.gauss(0, 0.0004)), 2)
        volume = rng.choice((1, 10, 10, 50, 100, 100, 500))
        yield struct.pack("<qddii", moment, prices[instrument], volume, instrument, rng.choice((0, 0, 0, 1)))


def chord(rng: random.Random) -> Iterator[bytes]:
    """Yield ten seconds of a fading chord with a little noise: mono, 16 bits, 22,050 Hz."""
    rate = 22_050
    samples = []
    for at in range(10 * rate):
        second = at / rate
        tone = sum(math.sin(2 * math.pi * pitch * second) for pitch in (220.0, 277.18, 329.63))
        samples.append(int(6000 * math.exp(-second / 4) * tone + rng.gauss(0, 40)))
    target = io.BytesIO()
    with wave.open(target, "wb") as audio:
        audio.setnchannels(1)
        audio.setsampwidth(2)
        audio.setframerate(rate)
        audio.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    yield target.getvalue()


SAMPLES: dict[str, Callable[[random.Random], Iterator[bytes]]] = {
    "shop-access.log": server_log,
    "weather-stations.csv": sensor_table,
    "orders.jsonl": orders,
    "trades-32-byte-records.bin": trades,
    "chord.wav": chord,
}

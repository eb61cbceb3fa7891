"""The six scenarios of `LoadTest shop` for Locust 2, with all responses and the number of all pieces checked.

SHOP_WEIGHTS sets their weights, for example one=3,two=1; unnamed scenarios are skipped.
"""

import os
import random
from collections import namedtuple

from locust import HttpUser, constant, task

PRICE_MAX, QUANTITY_MAX, PIECES_MAX, SPARE_MAX = 20, 5, 100, 50

Line = namedtuple("Line", "item price quantity pieces")


class Wrong(Exception):
    """A response was wrong. Locust has already counted it."""


class Shopper(HttpUser):
    """A user who plays one scenario after another."""

    host = "http://localhost:8000"
    wait_time = constant(0)

    def call(self, method, name, path, check=lambda body: None, status=200):
        """Sends a request and returns the response's JSON; `check` returns an error text, or None."""
        with self.client.request(method, path, name=name, catch_response=True) as answer:
            try:
                body = answer.json() if answer.text else {}
            except ValueError:
                body = {}
            wrong = f"{answer.status_code}, not {status}" if answer.status_code != status else check(body)
            if wrong:
                answer.failure(f"{name}: {wrong}")
                raise Wrong(wrong)
            answer.success()
            return body

    def post(self, name, path, check=lambda body: None, status=200):
        return self.call("POST", name, path, check, status)

    def get(self, name, path, **expected):
        """Reads an object and checks its members."""
        return self.call("GET", name, path, lambda body: next(
            (f"{key} is {body.get(key)}, not {value}" for key, value in expected.items() if body.get(key) != value), None))

    def id(self, name, path, key):
        """Creates an object and returns its id."""
        return self.post(name, path, lambda body: None if body.get(key) else f"no {key}")[key]

    def new_item(self, price, pieces):
        item = self.id("create item", f"/stock/item/create/{price}", "item_id")
        if pieces > 0:
            self.post("add stock", f"/stock/add/{item}/{pieces}")
        return item

    def buy(self, items, lack=None, changes_mind=False):
        """Buys items. A rejected purchase must change nothing. The last item is the one that is out of stock."""
        lines = []
        for i in range(items):
            price, quantity = random.randint(1, PRICE_MAX), random.randint(1, QUANTITY_MAX)
            pieces = quantity - 1 if lack == "out-of-stock" and i == items - 1 else quantity + random.randrange(PIECES_MAX)
            lines.append(Line(self.new_item(price, pieces), price, quantity, pieces))
        cost = sum(line.price * line.quantity for line in lines)
        credit = cost - 1 if lack == "insufficient-credit" else cost + random.randrange(SPARE_MAX)
        user = self.id("create user", "/payment/create_user", "user_id")
        if credit > 0:
            self.post("add funds", f"/payment/add_funds/{user}/{credit}")
        order = self.id("create order", f"/orders/create/{user}", "order_id")
        for line in lines:
            self.post("add item", f"/orders/addItem/{order}/{line.item}/{line.quantity}")
        if changes_mind:
            self.post("remove item", f"/orders/removeItem/{order}/{lines[0].item}")
            self.post("add item", f"/orders/addItem/{order}/{lines[0].item}/{lines[0].quantity}")

        refusal = f"urn:shop:problem:{lack}"
        self.post("checkout", f"/orders/checkout/{order}", status=400 if lack else 200,
                  check=lambda body: f"{body.get('type')}, not {refusal}" if lack and body.get("type") != refusal else None)

        for line in lines:
            self.get("find item", f"/stock/find/{line.item}", stock=line.pieces - (0 if lack else line.quantity))
        self.get("find user", f"/payment/find_user/{user}", credit=credit - (0 if lack else cost))
        self.get("find order", f"/orders/find/{order}", total_cost=cost, paid=not lack)

    def item(self):
        price, pieces = random.randint(1, PRICE_MAX), random.randint(1, PIECES_MAX)
        self.get("find item", f"/stock/find/{self.new_item(price, pieces)}", stock=pieces, price=price)

    @task
    def play(self):
        """Plays one scenario, chosen by weight. An error ends it, and the next one begins."""
        try:
            random.choices(list(SCENARIOS), list(SCENARIOS.values()))[0](self)
        except Wrong:
            pass


ALL = {
    "item": (10, Shopper.item),
    "one": (30, lambda user: user.buy(1)),
    "two": (25, lambda user: user.buy(2)),
    "remove": (15, lambda user: user.buy(2, changes_mind=True)),
    "no-stock": (10, lambda user: user.buy(2, lack="out-of-stock")),
    "no-credit": (10, lambda user: user.buy(1, lack="insufficient-credit")),
}


def weighted(text):
    """Returns the scenarios with their weights; raises ValueError for an unknown name."""
    if not text:
        return {play: weight for weight, play in ALL.values()}
    weights = dict(part.split("=") for part in text.split(","))
    if unknown := weights.keys() - ALL.keys():
        raise ValueError(f"SHOP_WEIGHTS: unknown scenario {', '.join(unknown)}; there are {', '.join(ALL)}.")
    return {ALL[name][1]: int(weight) for name, weight in weights.items()}


SCENARIOS = weighted(os.environ.get("SHOP_WEIGHTS"))

"""The finance system's web pages, as such systems were built twenty years ago: tables, forms, no interface, no keys."""

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from html import escape
from http.cookies import CookieError, SimpleCookie

from ringar.demo.world.ground import Ground
from ringar.demo.world.interface import MOST_ROWS, Answer, enter_credit, notes_of, told
from ringar_kits.invoices import make_credit_note, read_invoice

STATUS = {"open": "Öppen", "credited": "Krediterad", "partly credited": "Delvis krediterad"}
PAGE = """<!DOCTYPE html>
<html lang="sv"><head><meta charset="utf-8"><title>{title} - Ekonomisystem 2004</title></head>
<body><table width="760" border="0" cellpadding="6"><tr><td bgcolor="#cccccc"><b>EKONOMISYSTEM</b>
(påhittat, för visning) | <a href="/sok">Sök faktura</a> | <a href="/logga-ut">Logga ut</a></td></tr>
<tr><td><h1>{title}</h1>
{content}
</td></tr></table></body></html>
"""


class Desk:
    """Who is logged in, and the pages they see. A session lives as long as the process."""

    def __init__(self, ground: Ground, password: str) -> None:
        self.ground = ground
        self.password = password
        self.sessions: dict[str, str] = {}

    def answer(
        self, method: str, path: str, asked: Mapping[str, str], form: Mapping[str, str], cookie: str
    ) -> Answer:
        """One request outside `/api/`."""
        words = path.strip("/").split("/")
        if words == ["logga-in"]:
            return self.log_in(form) if method == "POST" else page("Logga in", LOG_IN)
        session = session_of(cookie)
        if session not in self.sessions:
            return to("/logga-in")
        match (method, *words):
            case ("GET", "logga-ut"):
                self.sessions.pop(session, None)
                return to("/logga-in")
            case ("GET", "" | "sok"):
                return self.search(asked)
            case ("GET", "faktura", number):
                return self.invoice(number)
            case ("GET", "faktura", number, "kreditera"):
                return self.ask(number)
            case ("POST", "faktura", number, "kreditera"):
                return self.confirm(number, form)
            case ("POST", "faktura", number, "bekrafta"):
                return self.credit(number, form)
        return page("Sidan finns inte", "<p>Kontrollera adressen.</p>", 404)

    def log_in(self, form: Mapping[str, str]) -> Answer:
        """Any name with the right password."""
        if not form.get("anvandare") or not secrets.compare_digest(
            form.get("losenord", "").encode(), self.password.encode()
        ):
            return page("Logga in", "<p><b>Fel användare eller lösenord.</b></p>" + LOG_IN, 403)
        session = secrets.token_urlsafe(24)
        self.sessions[session] = form["anvandare"]
        return to("/sok", ("Set-Cookie", f"session={session}; Path=/; HttpOnly"))

    def search(self, asked: Mapping[str, str]) -> Answer:
        """By number, customer or amount; whatever is left empty does not bind."""
        where = {
            "nummer": "number = ?",
            "kund": "customer LIKE ?",
            "belopp": "CAST(amount AS REAL) = CAST(? AS REAL)",
        }
        chosen = {name: asked[name].strip() for name in where if asked.get(name, "").strip()}
        if not chosen:
            return page("Sök faktura", SEARCH)
        change: dict[str, Callable[[str], str]] = {
            "kund": lambda text: f"%{text}%",
            "belopp": lambda text: text.replace(" ", "").replace(",", "."),
        }
        values = [change.get(name, str)(value) for name, value in chosen.items()]
        rows = self.ground.rows(
            f"SELECT * FROM invoice WHERE {' AND '.join(where[name] for name in chosen)} "  # noqa: S608 (texts above)
            f"ORDER BY number LIMIT {MOST_ROWS}",
            values,
        )
        cells = [told(self.ground, row) for row in rows]
        lines = "".join(
            f'<tr><td><a href="/faktura/{each["number"]}">{each["number"]}</a></td>'
            f"<td>{escape(each['customer'])}</td><td align=right>{kronor(each['amount'])} {each['currency']}</td>"
            f"<td>{STATUS[each['status']]}</td></tr>"
            for each in cells
        )
        found = f'<table border="1"><tr><th>Nummer<th>Kund<th>Belopp<th>Status</tr>{lines}</table>'
        return page("Sök faktura", SEARCH + (found if lines else "<p>Inga fakturor hittades.</p>"))

    def invoice(self, number: str, notice: str = "") -> Answer:
        """One invoice, its status and what has been credited."""
        row = self.ground.row("SELECT * FROM invoice WHERE number = ?", [number])
        if row is None:
            return page("Fakturan finns inte", f"<p>Ingen faktura har nummer {escape(number)}.</p>", 404)
        each = told(self.ground, row)
        facts = {
            "Nummer": number,
            "Kund": each["customer"],
            "Organisationsnummer": each["customer_number"],
            "Fakturadatum": each["issued"],
            "Förfallodatum": each["due"],
            "Belopp": f"{kronor(each['amount'])} {each['currency']}",
            "Krediterat": f"{kronor(each['credited'])} {each['currency']}",
            "Status": STATUS[each["status"]],
        }
        lines = "".join(
            f'<tr><th align="left">{name}<td id="{name.lower()}">{escape(value)}'
            for name, value in facts.items()
        )
        notes = "".join(
            f"<tr><td>{escape(note['number'])}<td align=right>{kronor(note['amount'])}<td>{escape(note['reason'])}"
            for note in notes_of(self.ground, number)
        )
        credited = (
            f'<table border="1" id="krediteringar"><tr><th>Kreditfaktura<th>Belopp<th>Orsak{notes}</table>'
        )
        link = f'<p><a href="/faktura/{number}/kreditera">Kreditera</a></p>'
        content = f"{notice}<table border=1>{lines}</table>{credited if notes else ''}{link}"
        return page(f"Faktura {number}", content)

    def ask(self, number: str) -> Answer:
        """The form: reason and confirm page follow."""
        row = self.ground.row("SELECT amount FROM invoice WHERE number = ?", [number])
        if row is None:
            return self.invoice(number)
        return page(f"Kreditera faktura {number}", CREDIT.format(number=number))

    def confirm(self, number: str, form: Mapping[str, str]) -> Answer:
        """Are you sure?"""
        reason = form.get("orsak", "").strip()
        row = self.ground.row("SELECT amount, currency FROM invoice WHERE number = ?", [number])
        if row is None or not reason:
            return page(f"Kreditera faktura {escape(number)}", "<p><b>Orsak måste anges.</b></p>", 400)
        content = CONFIRM.format(
            number=number, reason=escape(reason), amount=kronor(row["amount"]), currency=row["currency"]
        )
        return page(f"Bekräfta kreditering av {number}", content)

    def credit(self, number: str, form: Mapping[str, str]) -> Answer:
        """The effect, once for each press."""
        row = self.ground.row("SELECT xml FROM invoice WHERE number = ?", [number])
        if row is None or not form.get("orsak"):
            return page(f"Kreditera faktura {escape(number)}", "<p><b>Orsak måste anges.</b></p>", 400)
        invoice = read_invoice(bytes(row["xml"]))
        count = len(self.ground.rows("SELECT 1 FROM credit"))
        body = make_credit_note(
            invoice,
            number=f"K{90_000_000 + count}",
            issued=max(datetime.now(UTC).date(), invoice.issued),
            reason=form["orsak"],
        )
        enter_credit(self.ground, None, "pages", number, read_invoice(body), body)
        return self.invoice(number, f"<p><b>Faktura {number} är krediterad.</b></p>")


def page(title: str, content: str, status: int = 200) -> Answer:
    """A whole page."""
    return Answer(status, PAGE.format(title=title, content=content))


def to(path: str, *headers: tuple[str, str]) -> Answer:
    """Go there."""
    return Answer(303, "", (("Location", path), *headers))


def session_of(cookie: str) -> str:
    """The session's key in a Cookie header; "" where there is none."""
    try:
        found = SimpleCookie(cookie).get("session")
    except CookieError:
        return ""
    return found.value if found else ""


def kronor(amount: str) -> str:
    """1234.50 as 1 234,50."""
    whole, _, part = f"{float(amount):,.2f}".replace(",", " ").partition(".")
    return f"{whole},{part}"


LOG_IN = """<form method="post" action="/logga-in"><table>
<tr><td><label for="anvandare">Användare</label><td><input id="anvandare" name="anvandare">
<tr><td><label for="losenord">Lösenord</label><td><input id="losenord" name="losenord" type="password">
<tr><td><td><input type="submit" value="Logga in"></table></form>"""
SEARCH = """<form method="get" action="/sok"><table>
<tr><td><label for="nummer">Fakturanummer</label><td><input id="nummer" name="nummer">
<tr><td><label for="kund">Kund</label><td><input id="kund" name="kund">
<tr><td><label for="belopp">Belopp</label><td><input id="belopp" name="belopp">
<tr><td><td><input type="submit" value="Sök"></table></form>"""
CREDIT = """<form method="post" action="/faktura/{number}/kreditera">
<p><label for="orsak">Orsak</label><br><input id="orsak" name="orsak" size="50" maxlength="200"></p>
<p><input type="submit" value="Kreditera"></p></form>"""
CONFIRM = """<p>Faktura {number} krediteras med {amount} {currency}.</p><p>Orsak: {reason}</p>
<form method="post" action="/faktura/{number}/bekrafta"><input type="hidden" name="orsak" value="{reason}">
<p><input type="submit" value="Bekräfta"> <a href="/faktura/{number}">Avbryt</a></p></form>"""

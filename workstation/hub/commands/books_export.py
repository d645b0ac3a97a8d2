"""``books export`` for the tax adviser, and ``books seller``: what invoices say about the firm."""

from __future__ import annotations

import argparse
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from workstation.casework.money import Money, sum_of
from workstation.casework.params import money_param
from workstation.hub.commands.context import DONE, Context
from workstation.hub.commands.dunning import day_from, write_out
from workstation.hub.commands.dunning_files import SellerFile, seller_errors, seller_of, seller_table
from workstation.hub.commands.toml_files import Wrong, dump, load
from workstation.hub.commands.trouble import failed
from workstation.hub.commands.words import Words
from workstation.hub.documents.datev import Accounts, BookingRow, Revenue, batch
from workstation.hub.ports import Tx
from workstation.hub.ports_billing import SELLER, seller_in
from workstation.hub.services.tax_export import rows_between
from workstation.hub.storage.billing import open_billing


class RevenueEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where sales of one tax rate go; ``rate`` in per cent."""

    rate: Decimal
    account: str
    bu_key: str = ""


class AccountTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """General accounts as the file has them."""

    debtors: str = Accounts().debtors
    dunning_fees: str = Accounts().dunning_fees
    goodwill: str = Accounts().goodwill
    vouchers: str = Accounts().vouchers
    consultant: int = Accounts().consultant
    client: int = Accounts().client
    length: int = Accounts().length


class AccountFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of accounts."""

    accounts: AccountTable = AccountTable()
    revenue: list[RevenueEntry] = []


def add_to(acts: argparse._SubParsersAction[argparse.ArgumentParser], words: Words) -> None:
    """Declare the acts of ``books`` that are found here."""
    export = acts.add_parser("export", help=words.line("help.books.export"))
    export.add_argument("--datev", action="store_true", help=words.line("help.books.datev"))
    export.add_argument(
        "--from", dest="first", required=True, metavar="DATE", help=words.line("help.books.from")
    )
    export.add_argument("--to", dest="last", required=True, metavar="DATE", help=words.line("help.books.to"))
    export.add_argument("--accounts", default="", metavar="FILE", help=words.line("help.books.accounts"))
    export.add_argument("file", metavar="FILE")
    export.set_defaults(run=_export)
    accounts = acts.add_parser("accounts", help=words.line("help.books.accounts_out"))
    accounts.add_argument("file", nargs="?", default="-")
    accounts.set_defaults(run=_accounts)
    seller = acts.add_parser("seller", help=words.line("help.books.seller"))
    ways = seller.add_subparsers(required=True, metavar="ACT")
    out = ways.add_parser("export", help=words.line("help.rules.export"))
    out.add_argument("file", nargs="?", default="-")
    out.set_defaults(run=_seller_out)
    into = ways.add_parser("import", help=words.line("help.rules.import"))
    into.add_argument("file")
    into.set_defaults(run=_seller_in)


def _export(context: Context) -> int:
    given = context.arguments
    if not given.datev:
        raise failed("datev.format_missing")
    first, last = day_from(given.first), day_from(given.last)
    accounts = _accounts_from(Path(given.accounts)) if given.accounts else Accounts()

    with context.hub() as hub:

        def work(tx: Tx) -> tuple[list[BookingRow], bytes, str]:
            tenant = tx.reference().tenant
            rows = rows_between(tx, open_billing(tx), accounts, first, last)
            made_at = tx.now.astimezone(ZoneInfo(tenant.time_zone))
            return rows, batch(rows, accounts, first, last, made_at, tenant.currency), tenant.currency

        rows, content, currency = hub.database.read(hub.tenant_id, work)
    try:
        Path(given.file).write_bytes(content)
    except OSError as error:
        raise failed("file.unwritable", path=given.file, why=error.strerror or "") from error
    total: Money = sum_of((row.amount for row in rows), currency)
    context.say("books.exported", count=len(rows), file=given.file, sum=money_param(total))
    return DONE


def _accounts_from(path: Path) -> Accounts:
    loaded = load(path, AccountFile)
    file = loaded.value
    named: dict[tuple[str | int, ...], str] = {
        ("accounts", name): getattr(file.accounts, name)
        for name in ("debtors", "dunning_fees", "goodwill", "vouchers")
    }
    named.update({("revenue", number, "account"): one.account for number, one in enumerate(file.revenue)})
    wrong = [
        Wrong(path, "datev.account_malformed", {"value": account})
        for path, account in named.items()
        if not (account.isascii() and account.isdigit() and 4 <= len(account) <= 8)
    ]
    seen: set[Decimal] = set()
    for number, one in enumerate(file.revenue):
        if one.rate in seen:
            wrong.append(Wrong(("revenue", number, "rate"), "datev.rate_twice", {"rate": str(one.rate)}))
        if not one.rate.is_finite() or not 0 <= one.rate <= 100 or one.rate * 100 != int(one.rate * 100):
            params = {"value": str(one.rate), "least": "0", "most": "100"}
            wrong.append(Wrong(("revenue", number, "rate"), "dunning.out_of_range", params))
        seen.add(one.rate)
    loaded.refuse(wrong)
    revenue = tuple(
        Revenue(rate_bp=int(one.rate * 100), account=one.account, bu_key=one.bu_key) for one in file.revenue
    )
    table = msgspec.structs.asdict(file.accounts)
    return Accounts(**table, revenue=revenue) if revenue else Accounts(**table)


def _accounts(context: Context) -> int:
    usual = Accounts()
    table = {name: getattr(usual, name) for name in AccountTable.__struct_fields__}
    revenue = [
        {"rate": Decimal(one.rate_bp).scaleb(-2), "account": one.account, "bu_key": one.bu_key}
        for one in usual.revenue
    ]
    head = context.words.line("head.accounts")
    return write_out(context, dump(head, [("accounts", table), ("revenue", revenue)]))


def _seller_out(context: Context) -> int:
    with context.hub() as hub:
        seller = hub.database.read(hub.tenant_id, lambda tx: seller_in(open_billing(tx)))
    return write_out(context, dump(context.words.line("head.seller"), [("seller", seller_table(seller))]))


def _seller_in(context: Context) -> int:
    loaded = load(Path(context.arguments.file), SellerFile)
    loaded.refuse(seller_errors(loaded.value.seller))
    seller = seller_of(loaded.value.seller)

    with context.hub() as hub:

        def work(tx: Tx) -> None:
            open_billing(tx).keep_setting(SELLER, msgspec.json.encode(seller))
            tx.audit("books.seller_imported", actor="cli", subject=tx.tenant_id)

        hub.database.run(hub.tenant_id, work)
    context.say("seller.kept")
    return DONE

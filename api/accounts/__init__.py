"""Accounts: who may sign in, in which role. One store answers frozen values; how they lie in SQL stays in this package."""

from api.accounts.account import Account, Role
from api.accounts.passwords import Passwords
from api.accounts.store import AccountStore, open_accounts

__all__ = ["Account", "AccountStore", "Passwords", "Role", "open_accounts"]

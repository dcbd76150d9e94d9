"""Tokens at rest: what opens them, and what does not."""

import os
import subprocess
import sys

import pytest

from bot.vault import CannotOpenToken, Vault

OLD, NEW = "an old key of at least thirty-two characters", "a new key of at least thirty-two characters!"
TOKEN = "xoxb-1-2-secret"


def test_a_token_opens_for_its_workspace() -> None:
    vault = Vault([OLD])
    sealed = vault.seal(TOKEN, "T1")
    assert vault.open(sealed, "T1") == TOKEN
    assert b"xoxb" not in sealed
    assert b"secret" not in sealed


def test_sealing_twice_gives_something_else_each_time() -> None:
    vault = Vault([OLD])
    assert len({vault.seal(TOKEN, "T1") for _ in range(50)}) == 50


def test_in_another_workspaces_row_it_does_not_open() -> None:
    vault = Vault([OLD])
    with pytest.raises(CannotOpenToken, match="T2"):
        vault.open(vault.seal(TOKEN, "T1"), "T2")


def test_a_token_that_was_changed_anywhere_does_not_open() -> None:
    vault = Vault([OLD])
    sealed = vault.seal(TOKEN, "T1")
    for at in range(len(sealed)):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(CannotOpenToken):
            vault.open(changed, "T1")
    for short in (b"", sealed[:5], sealed[:15], sealed[:-1]):
        with pytest.raises(CannotOpenToken):
            vault.open(short, "T1")


def test_what_no_key_opens_is_told_without_the_token() -> None:
    sealed = Vault([OLD]).seal(TOKEN, "T1")
    with pytest.raises(CannotOpenToken, match="the token of T1 was sealed under a key that is not in") as told:
        Vault([NEW]).open(sealed, "T1")
    assert TOKEN not in str(told.value)
    assert sealed.hex() not in str(told.value)


def test_the_first_key_seals_and_all_open() -> None:
    before = Vault.of(OLD).seal(TOKEN, "T1")
    both = Vault.of(f"{NEW}, {OLD}")
    assert both.open(before, "T1") == TOKEN
    assert not both.is_newest(before)
    anew = both.seal(TOKEN, "T1")
    assert both.is_newest(anew)
    assert Vault.of(NEW).open(anew, "T1") == TOKEN, "the old one can be dropped now"
    with pytest.raises(CannotOpenToken):
        Vault.of(OLD).open(anew, "T1")


def test_signatures_are_for_one_purpose_and_of_any_key_at_hand() -> None:
    signature = Vault.of(OLD).sign("state", "text")
    both = Vault.of(f"{NEW},{OLD}")
    assert both.is_signed("state", "text", signature)
    assert not both.is_signed("state", "texts", signature)
    assert not both.is_signed("cookie", "text", signature)
    assert not Vault.of(NEW).is_signed("state", "text", signature)
    assert not both.is_signed("state", "text", "é")


def test_a_vault_needs_a_key() -> None:
    with pytest.raises(ValueError, match="needs a key"):
        Vault.of(" , ")


def test_nothing_of_cryptography_is_loaded_until_a_token_is_opened() -> None:
    code = "import sys, bot.app, bot.run; print(any(name.startswith('cryptography') for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout.strip() == "False"

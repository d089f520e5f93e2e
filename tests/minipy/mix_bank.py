# SPDX-License-Identifier: MIT
# A small program: accounts with history and errors.
class InsufficientFunds(Exception):
    def __init__(self, needed, available):
        super().__init__(f"need {needed}, have {available}")
        self.missing = needed - available


class Account:
    def __init__(self, owner, balance=0):
        self.owner = owner
        self._balance = balance
        self.history = []

    @property
    def balance(self):
        return self._balance

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("amount must be positive")
        self._balance += amount
        self.history.append(("deposit", amount))

    def withdraw(self, amount):
        if amount > self._balance:
            raise InsufficientFunds(amount, self._balance)
        self._balance -= amount
        self.history.append(("withdraw", amount))

    def __repr__(self):
        return f"<{self.owner}: {self._balance:,.2f}>"


accounts = {name: Account(name, start) for name, start in (("ann", 100), ("bob", 20))}


def transfer(source, target, amount):
    try:
        accounts[source].withdraw(amount)
    except InsufficientFunds as error:
        print("refused:", error, "missing", error.missing)
        return False
    except KeyError as error:
        print("no account", error)
        return False
    else:
        accounts[target].deposit(amount)
        return True
    finally:
        print("transfer", source, "->", target, amount)


print(transfer("ann", "bob", 30), transfer("bob", "ann", 500), transfer("x", "y", 1))
try:
    accounts["ann"].deposit(-1)
except ValueError as error:
    print(error)
print(accounts, accounts["bob"].history, sum(a.balance for a in accounts.values()))
print(accounts["ann"], f"{accounts['ann'].balance:>10.1f}")

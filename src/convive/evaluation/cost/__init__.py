"""What violence costs, and what a death averted cost: every figure with its method and the base of its money."""

from convive.evaluation.cost.accounting import Accounts, Item, account, income_lost
from convive.evaluation.cost.per_death import PerDeath, cost_per_death
from convive.evaluation.cost.units import UnitCost, by_unit_costs

__all__ = ["Accounts", "Item", "PerDeath", "UnitCost", "account", "by_unit_costs", "cost_per_death", "income_lost"]

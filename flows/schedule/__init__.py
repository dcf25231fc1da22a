"""The calendar of billing: periods, anchors, proration, ramps, co-termination and due dates. Pure.

Dates and Decimals in, frozen values out. Periods include both of their ends. Amounts are rounded once, half away from
zero, to the currency's minor unit; what stood before rounding is kept as `exact`. What a contract asks for and this
room does not know is refused by its name (`UnsupportedConvention`); what contradicts itself is a `ScheduleError`.

Conventions: `Frequency` (its `months`), `Timing`, `Alignment`, `ArrearsOn`, `Proration`, `CoTermMethod`, `Remainder`;
`convention(Frequency, "half-yearly")` reads one by its name or refuses it.

Calendars: `BillingCalendar(frequency, timing, alignment, anchor_day, fiscal_year_start_month, arrears_on)` answers
`periods(term)` (a `PeriodShare` each: `period`, `full`, `days`, `full_days`, `is_whole`), `invoice_date(period)`,
`period_holding(day, first_day)` and `billed_period(billing_date, first_day)`. `next_anniversary` and
`next_calendar_date` step from one billing date to the next; `cycles` counts what was billed in advance.

Proration: `fraction_of(share, months, proration).of(price)` is what a partial period costs and `fraction_words` says
it; `prorate` for any days of a period, `proration_change` and `credit_cap` for changes inside one, `fixed30`,
`days_360` and `local_days` to count days.

Amounts: `schedule` (one price over a term), `ramp` (segments with their own prices), `coterm` (added until the
contract's end), `split_equally` and `split_by_percents` (a total in parts).

Payment: `PaymentTerms` is `Net`, `EndOfMonth`, `DayOfMonth`, `EarlyDiscount` or `Instalments`, for a pydantic model to
embed; `describe` says them, `read_payment_terms` reads what people write and refuses what is not plain; `due_date`,
`discount_until`, `discount` and `instalments` apply them to an invoice, and `ways_to_pay` says those in words.
"""

from flows.schedule.billing_cycles import cycles, first_billing_date
from flows.schedule.calendars import BillingCalendar, PeriodShare, next_anniversary, next_calendar_date
from flows.schedule.conventions import (
    Alignment,
    ArrearsOn,
    CoTermMethod,
    Frequency,
    Proration,
    Remainder,
    ScheduleError,
    Timing,
    UnsupportedConvention,
    convention,
)
from flows.schedule.due_dates import Discount, InstalmentDue, discount, discount_until, due_date, instalments
from flows.schedule.invoices import (
    CoTerm,
    RampSegment,
    Schedule,
    ScheduledInvoice,
    coterm,
    ramp,
    schedule,
)
from flows.schedule.paying import ways_to_pay
from flows.schedule.payment_terms import (
    DayOfMonth,
    EarlyDiscount,
    EndOfMonth,
    Instalment,
    Instalments,
    Net,
    PaymentTerms,
    describe,
)
from flows.schedule.proration import (
    ChangeInPeriod,
    FixedMonthSpan,
    Fraction,
    ProratedAmount,
    credit_cap,
    days_360,
    fixed30,
    fraction_of,
    fraction_words,
    local_days,
    prorate,
    proration_change,
)
from flows.schedule.reading_terms import read_payment_terms
from flows.schedule.split import split_by_percents, split_equally
from flows.values.periods import Period

__all__ = [
    "Alignment",
    "ArrearsOn",
    "BillingCalendar",
    "ChangeInPeriod",
    "CoTerm",
    "CoTermMethod",
    "DayOfMonth",
    "Discount",
    "EarlyDiscount",
    "EndOfMonth",
    "FixedMonthSpan",
    "Fraction",
    "Frequency",
    "Instalment",
    "InstalmentDue",
    "Instalments",
    "Net",
    "PaymentTerms",
    "Period",
    "PeriodShare",
    "ProratedAmount",
    "Proration",
    "RampSegment",
    "Remainder",
    "Schedule",
    "ScheduleError",
    "ScheduledInvoice",
    "Timing",
    "UnsupportedConvention",
    "convention",
    "coterm",
    "credit_cap",
    "cycles",
    "days_360",
    "describe",
    "discount",
    "discount_until",
    "due_date",
    "first_billing_date",
    "fixed30",
    "fraction_of",
    "fraction_words",
    "instalments",
    "local_days",
    "next_anniversary",
    "next_calendar_date",
    "prorate",
    "proration_change",
    "ramp",
    "read_payment_terms",
    "schedule",
    "split_by_percents",
    "split_equally",
    "ways_to_pay",
]

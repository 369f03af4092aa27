"""What must be true at any moment, whatever was killed: each truth is a question whose rows break it."""

from tests.attacks.installation import Installation

TRUTHS = {
    "a list is accepted whole or not at all": """
        SELECT roster.id FROM awards_roster roster
        LEFT JOIN awards_award award ON award.roster_id = roster.id AND award.live
        WHERE roster.state <> 'checked' GROUP BY roster.id, roster.rows_accepted
        HAVING count(award.id) <> roster.rows_accepted""",
    "a list has all the rows that were read": """
        SELECT roster.id FROM awards_roster roster LEFT JOIN awards_rosterrow row ON row.roster_id = roster.id
        GROUP BY roster.id, roster.rows_read HAVING count(row.id) <> roster.rows_read""",
    "nobody has two awards of one category": """
        SELECT person_id FROM awards_award WHERE live
        GROUP BY campaign_id, person_id, category_id HAVING count(*) > 1""",
    "an award has its person, and one account of that person": """
        SELECT award.id FROM awards_award award
        LEFT JOIN people_person person ON person.id = award.person_id
        LEFT JOIN people_bankaccount account ON account.id = award.account_id AND account.person_id = person.id
        WHERE person.id IS NULL OR award.cash_fen > 0 AND account.id IS NULL""",
    "an award beyond the proposal has one open or given reservation": """
        SELECT award.id FROM awards_award award
        LEFT JOIN ledger_transfer reservation ON reservation.kind = 'reserve' AND reservation.subject_id = award.id
        LEFT JOIN ledger_transfer outcome ON outcome.resolves_id = reservation.id AND outcome.kind IN ('void', 'expire')
        WHERE award.state IN ('approved', 'in_payment', 'delivered')
        GROUP BY award.id HAVING count(reservation.id) - count(outcome.id) <> 1""",
    "an award is paid for once": """
        SELECT subject_id FROM ledger_transfer WHERE kind = 'post' GROUP BY subject_id HAVING count(*) > 1""",
    "money is posted for what was delivered, and for nothing else": """
        SELECT award.id FROM awards_award award
        LEFT JOIN ledger_transfer post ON post.kind = 'post' AND post.subject_id = award.id
        WHERE (award.state = 'delivered') <> (post.id IS NOT NULL)""",
    "what was posted is what was awarded": """
        SELECT award.id FROM awards_award award
        JOIN ledger_transfer post ON post.subject_id = award.id AND post.kind = 'post'
        WHERE post.amount_fen <> award.cash_fen + award.goods_fen""",
    "an account holds the sum of its transfers": """
        SELECT account.id FROM ledger_account account LEFT JOIN LATERAL (
            SELECT coalesce(sum(amount_fen) FILTER (WHERE credit_account_id = account.id), 0) AS credits,
                   coalesce(sum(amount_fen) FILTER (WHERE debit_account_id = account.id), 0) AS debits
            FROM ledger_transfer WHERE kind IN ('receive', 'allocate', 'post', 'reverse')
              AND account.id IN (credit_account_id, debit_account_id)
        ) AS booked ON true
        WHERE account.credits_posted_fen <> booked.credits OR account.debits_posted_fen <> booked.debits""",
    "all accounts together come to nothing": """
        SELECT 1 FROM ledger_account HAVING sum(credits_posted_fen - debits_posted_fen) <> 0
            OR sum(credits_pending_fen - debits_pending_fen) <> 0""",
    "no fund gives or reserves more than it received": """
        SELECT id FROM ledger_account WHERE kind = 'holding'
          AND debits_posted_fen + debits_pending_fen > credits_posted_fen""",
    "a batch holds the orders it declares": """
        SELECT batch.id FROM payments_paymentbatch batch
        LEFT JOIN payments_paymentorder payment ON payment.batch_id = batch.id
        GROUP BY batch.id, batch.declared_count, batch.declared_fen
        HAVING count(payment.id) <> batch.declared_count OR sum(payment.amount_fen) <> batch.declared_fen""",
    "no award is in two live orders": """
        SELECT award_id FROM payments_paymentorder WHERE live GROUP BY award_id HAVING count(*) > 1""",
    "an order is paid when its award is delivered": """
        SELECT payment.id FROM payments_paymentorder payment JOIN awards_award award ON award.id = payment.award_id
        WHERE payment.live AND (payment.state = 'paid') <> (award.state = 'delivered')""",
}


def broken_truths(installation: Installation) -> list[str]:
    """The truths that do not hold now."""
    return [truth for truth, question in TRUTHS.items() if installation.rows(question)]

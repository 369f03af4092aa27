"""Who of a plan is to be paid, and what the record has against it: asked before a batch is built, and while it is."""

FAULTS: dict[str, str] = {
    "payee.account_missing": "收款账户不在记录中或不属于本人。请核对账户后重新提请",
    "payee.account_changed": "收款账户在审批后变更，现已不是本人的有效账户。请取消该笔，按新账户重新提请",
    "payee.name_differs": "账户户名与姓名不一致。须为本人账户，请更正",
    "payee.deceased": "已登记去世。请取消该笔",
    "payee.not_reserved": "没有在途款项。请核对资金安排",
    "payee.other_fund": "在途款项不属于该笔慰问的资金。不得挪用，请核对",
    "payee.amount_differs": "在途款项与审批金额不一致。须足额发放，请核对",
}

# First who is to be paid, then what the record says of them: the second question is planned for as many as there are.
CHOSEN = """
SELECT award.id, award.organization_path, award.fund_id, award.plan_id, award.person_id, award.cash_fen,
       award.goods_fen, coalesce(correction.account_id, award.account_id) AS account_id,
       -- In the order of the list, so that the file reads like it.
       row_number() OVER (PARTITION BY award.fund_id ORDER BY award.basis_id, award.id) - 1 AS place
FROM awards_award award
LEFT JOIN (
    SELECT DISTINCT ON (corrected.award_id) corrected.award_id, correction.account_id
    FROM payments_accountcorrection correction
    JOIN payments_paymentorder corrected ON corrected.id = correction.order_id AND NOT corrected.live
    WHERE correction.verified_by_id IS NOT NULL
    ORDER BY corrected.award_id, corrected.id DESC
) AS correction ON correction.award_id = award.id
WHERE award.campaign_id = %(campaign)s AND award.live AND award.plan_id = %(plan)s
  AND award.state = 'approved' AND award.cash_fen > 0
  -- Without an account there is an approved cash exception, which is signed for by hand (R-036).
  AND (award.account_id IS NOT NULL OR correction.account_id IS NOT NULL)
  AND award.id <> ALL (%(without)s)
  AND (%(only)s::bigint[] IS NULL OR award.id = ANY (%(only)s))
"""
GATHERED = """
SELECT award.id AS award_id, award.organization_path, award.fund_id, award.cash_fen AS amount_fen,
       account.id AS account_id, person.name AS payee_name, account.bank,
       account.number_digest AS account_digest, account.number_tail,
       reservation.id AS reservation_id,
       CASE WHEN account.id IS NULL OR person.id IS NULL THEN 'payee.account_missing'
            WHEN person.deceased_on IS NOT NULL THEN 'payee.deceased'
            WHEN NOT account.active THEN 'payee.account_changed'
            WHEN account.holder_name <> person.name THEN 'payee.name_differs'
            WHEN reservation.id IS NULL THEN 'payee.not_reserved'
            WHEN source.fund_id IS DISTINCT FROM award.fund_id OR line.plan_id IS DISTINCT FROM award.plan_id
                THEN 'payee.other_fund'
            WHEN reservation.amount_fen NOT IN (award.cash_fen, award.cash_fen + award.goods_fen)
                THEN 'payee.amount_differs'
       END AS fault,
       award.place
FROM payment_awards award
LEFT JOIN people_person person ON person.id = award.person_id
LEFT JOIN people_bankaccount account ON account.id = award.account_id AND account.person_id = award.person_id
LEFT JOIN ledger_transfer reservation
    ON reservation.kind = 'reserve' AND reservation.subject_kind = 'award' AND reservation.subject_id = award.id
   AND NOT EXISTS (SELECT FROM ledger_transfer outcome WHERE outcome.resolves_id = reservation.id)
LEFT JOIN ledger_useplanline line ON line.id = reservation.plan_line_id
LEFT JOIN ledger_account source ON source.id = reservation.debit_account_id
"""

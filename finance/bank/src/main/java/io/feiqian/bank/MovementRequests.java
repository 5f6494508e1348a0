package io.feiqian.bank;

import io.feiqian.bank.contract.BookRequest;
import io.feiqian.bank.contract.DepositRequest;
import io.feiqian.bank.contract.InterbankRequest;
import io.feiqian.bank.contract.ReverseRequest;
import io.feiqian.bank.contract.TransferRequest;
import io.feiqian.bank.contract.WithdrawRequest;
import io.feiqian.ledger.EntryKind;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.AccountNumber.Kind;
import io.feiqian.vocabulary.Money;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads requests that move money. What each operation takes is said by classes of accounts, so that
 * no channel can book interest against a cash desk. Refuses with a {@link RefusedException}.
 */
final class MovementRequests {
    private static final EnumSet<Kind> CUSTOMER = EnumSet.of(Kind.CUSTOMER);

    /** The bank's side of each kind of booking. */
    private static final Map<EntryKind, EnumSet<Kind>> BOOKED_AGAINST =
            new EnumMap<>(
                    Map.of(
                            EntryKind.INTEREST, EnumSet.of(Kind.EXPENSE, Kind.INCOME),
                            EntryKind.PENALTY_INTEREST, EnumSet.of(Kind.INCOME),
                            EntryKind.FEE, EnumSet.of(Kind.INCOME),
                            EntryKind.CARD, EnumSet.of(Kind.CARD_SETTLEMENT)));

    private MovementRequests() {}

    static MovementOrder read(TransferRequest request) {
        return MovementOrder.of(
                        Fields.trace("trace_number", request.getTraceNumber()),
                        EntryKind.TRANSFER,
                        Fields.account("payer_account", request.getPayerAccount(), CUSTOMER),
                        Fields.account("payee_account", request.getPayeeAccount(), CUSTOMER),
                        Fields.amount(request.getAmount(), request.getCurrency()),
                        request.getText())
                .withNotice(request.getNotice());
    }

    static MovementOrder read(DepositRequest request) {
        return MovementOrder.of(
                Fields.trace("trace_number", request.getTraceNumber()),
                EntryKind.DEPOSIT,
                Fields.account("cash_account", request.getCashAccount(), EnumSet.of(Kind.CASH)),
                Fields.account("account", request.getAccount(), CUSTOMER),
                Fields.amount(request.getAmount(), request.getCurrency()),
                request.getText());
    }

    static MovementOrder read(WithdrawRequest request) {
        return MovementOrder.of(
                Fields.trace("trace_number", request.getTraceNumber()),
                EntryKind.WITHDRAWAL,
                Fields.account("account", request.getAccount(), CUSTOMER),
                Fields.account("cash_account", request.getCashAccount(), EnumSet.of(Kind.CASH)),
                Fields.amount(request.getAmount(), request.getCurrency()),
                request.getText());
    }

    static MovementOrder read(InterbankRequest request) {
        TraceNumber trace = Fields.trace("trace_number", request.getTraceNumber());
        AccountNumber account = Fields.account("account", request.getAccount(), CUSTOMER);
        AccountNumber nostro =
                Fields.account(
                        "nostro_account", request.getNostroAccount(), EnumSet.of(Kind.NOSTRO));
        Money amount = Fields.amount(request.getAmount(), request.getCurrency());
        String partner = request.getPartnerAccount();
        String text =
                partner.isEmpty()
                        ? request.getText()
                        : (request.getText() + " [" + partner + "]").strip();
        return switch (request.getDirection()) {
            case OUTGOING ->
                    MovementOrder.of(trace, EntryKind.INTERBANK, account, nostro, amount, text);
            case INCOMING ->
                    MovementOrder.of(trace, EntryKind.INTERBANK, nostro, account, amount, text);
            case DIRECTION_UNSPECIFIED, UNRECOGNIZED ->
                    throw new RefusedException(
                            OutcomeCode.MISSING_FIELD,
                            "direction: none (expected: OUTGOING or INCOMING)");
        };
    }

    static MovementOrder read(BookRequest request) {
        TraceNumber trace = Fields.trace("trace_number", request.getTraceNumber());
        EntryKind kind = Fields.constant("kind", request.getKind(), BOOKED_AGAINST.keySet());
        AccountNumber debit = Fields.account("debit_account", request.getDebitAccount());
        AccountNumber credit = Fields.account("credit_account", request.getCreditAccount());
        Set<Kind> banks = BOOKED_AGAINST.getOrDefault(kind, EnumSet.noneOf(Kind.class));
        if (debit.kind() == Kind.CUSTOMER) {
            Fields.requireClass("credit_account", credit, banks);
        } else {
            Fields.requireClass("debit_account", debit, banks);
            Fields.requireClass("credit_account", credit, CUSTOMER);
        }
        return MovementOrder.of(
                trace,
                kind,
                debit,
                credit,
                Fields.amount(request.getAmount(), request.getCurrency()),
                request.getText());
    }

    static ReversalOrder read(ReverseRequest request) {
        return new ReversalOrder(
                Fields.trace("trace_number", request.getTraceNumber()),
                Fields.trace("original_trace_number", request.getOriginalTraceNumber()),
                request.getAmount().isEmpty()
                        ? Optional.empty()
                        : Optional.of(Fields.amount(request.getAmount(), request.getCurrency())),
                request.getText());
    }
}

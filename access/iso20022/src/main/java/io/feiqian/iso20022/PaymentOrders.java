package io.feiqian.iso20022;

import io.feiqian.bank.contract.InterbankRequest;
import io.feiqian.bank.contract.TransferRequest;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Money;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the bank's requests of the transactions of one file. Told in the file's order, since the
 * names of transactions are unique within it; used by one thread.
 */
final class PaymentOrders {
    private static final int LONGEST_TEXT = 140;
    private static final String NOT_PROVIDED = "NOTPROVIDED";

    /**
     * What is to be done for a transaction.
     *
     * @param trace its trace number
     * @param earlier the one under which it may have been done in the month before
     * @param transfer a transfer, or null
     * @param interbank a payment of another bank, or null
     */
    record Order(
            TraceNumber trace,
            Optional<TraceNumber> earlier,
            @Nullable TransferRequest transfer,
            @Nullable InterbankRequest interbank,
            String payer,
            String payee,
            Money amount) {}

    private final IsoConfig config;
    private final AccountIds accounts;
    private final PaymentTraces traces;
    private final Group group;
    private final LocalDate today;
    private final Set<Long> seen = new HashSet<>();

    PaymentOrders(IsoConfig config, Group group, LocalDate today) {
        this.config = config;
        this.accounts = new AccountIds(config);
        this.traces = new PaymentTraces(config.channel());
        this.group = group;
        this.today = today;
    }

    /** The amount of a transaction as written. */
    static String amountText(Fields transaction) {
        return transaction
                .first(20, "Amt/InstdAmt", "IntrBkSttlmAmt")
                .orElseThrow(
                        () -> IsoRefusal.form("no Amt/InstdAmt, or IntrBkSttlmAmt in pacs.008"));
    }

    /**
     * The order of the next transaction.
     *
     * @throws IsoRefusal where there is none to be made
     */
    Order next(Fields batch, Fields transaction) {
        long serial = serial(batch, transaction);
        return group.name().family().equals(MessageName.PAIN)
                ? initiated(batch, transaction, serial)
                : received(transaction, serial);
    }

    private Order initiated(Fields batch, Fields transaction, long serial) {
        requireToday(batch);
        Money amount = amount(transaction, "Amt/InstdAmt@Ccy");
        AccountNumber payer =
                accounts.read(batch, "DbtrAcct", "AC02", "AC02")
                        .orElseThrow(() -> new IsoRefusal("AC02", "DbtrAcct: at another bank"));
        AccountNumber payee = creditor(transaction);
        TraceNumber trace = traces.of(group.made(), payer.slot(), serial);
        TransferRequest request =
                TransferRequest.newBuilder()
                        .setTraceNumber(trace.toString())
                        .setPayerAccount(payer.toString())
                        .setPayeeAccount(payee.toString())
                        .setAmount(amount.decimal())
                        .setCurrency(amount.currency().code())
                        .setText(text(transaction, LONGEST_TEXT))
                        .build();
        return new Order(
                trace,
                traces.earlier(group.made(), payer.slot(), serial),
                request,
                null,
                payer.toString(),
                payee.toString(),
                amount);
    }

    private Order received(Fields transaction, long serial) {
        Money amount = amount(transaction, "IntrBkSttlmAmt@Ccy");
        AccountNumber payee = creditor(transaction);
        AccountNumber nostro = config.partners().get(group.party() + " " + amount.currency());
        if (nostro == null) {
            throw new IsoRefusal("AGNT", "InstgAgt: no account with it in " + amount.currency());
        }
        String partner =
                transaction.first(34, "DbtrAcct/Id/IBAN", "DbtrAcct/Id/Othr/Id").orElse("");
        TraceNumber trace = traces.of(group.made(), nostro.slot(), serial);
        InterbankRequest request =
                InterbankRequest.newBuilder()
                        .setTraceNumber(trace.toString())
                        .setDirection(InterbankRequest.Direction.INCOMING)
                        .setAccount(payee.toString())
                        .setNostroAccount(nostro.toString())
                        .setPartnerAccount(partner)
                        .setAmount(amount.decimal())
                        .setCurrency(amount.currency().code())
                        .setText(text(transaction, LONGEST_TEXT - partner.length() - 3))
                        .build();
        return new Order(
                trace,
                traces.earlier(group.made(), nostro.slot(), serial),
                null,
                request,
                nostro.toString(),
                payee.toString(),
                amount);
    }

    /** Two transactions of one name are one payment, unless nobody gave them a name. */
    private long serial(Fields batch, Fields transaction) {
        String batchId = batch.find("PmtInfId", Group.NAME).orElse("");
        String end = transaction.require("PmtId/EndToEndId", Group.NAME);
        String own =
                transaction.first(Group.NAME, "PmtId/InstrId").orElse("")
                        + "\n"
                        + transaction.first(Group.NAME, "PmtId/TxId").orElse("");
        boolean named = !end.equals(NOT_PROVIDED) || own.length() > 1;
        for (int turn = 0; ; turn++) {
            long serial =
                    PaymentTraces.serial(
                            group.party(), group.id(), batchId, end, own, Integer.toString(turn));
            if (seen.add(serial)) {
                return serial;
            }
            if (named) {
                throw new IsoRefusal(
                        "AM05",
                        "EndToEndId and InstrId stand twice (expected: names of their own)");
            }
        }
    }

    private AccountNumber creditor(Fields transaction) {
        Optional<String> agent = Group.bic(transaction, "CdtrAgt");
        if (agent.isPresent() && !config.isOwn(agent.get())) {
            throw new IsoRefusal("RC04", "CdtrAgt: another bank, which is not reached from here");
        }
        return accounts.read(transaction, "CdtrAcct", "AC03", "AC03")
                .orElseThrow(() ->
                        new IsoRefusal(
                                "RC04",
                                "CdtrAcct: at another bank, which is not reached from here"));
    }

    private void requireToday(Fields batch) {
        String day =
                batch.first(10, "ReqdExctnDt/Dt", "ReqdExctnDt")
                        .orElseThrow(() -> IsoRefusal.form("ReqdExctnDt: none"));
        try {
            if (LocalDate.parse(day).isAfter(today)) {
                throw new IsoRefusal(
                        "DT01", "ReqdExctnDt: " + day + " (expected: by " + today + ")");
            }
        } catch (DateTimeException wrong) {
            throw new IsoRefusal("DT01", "ReqdExctnDt (expected: a day such as 2026-01-31)");
        }
    }

    private static Money amount(Fields transaction, String currencyAt) {
        try {
            String decimal = Group.decimal(amountText(transaction)).toPlainString();
            Money amount = Money.parse(decimal, Currency.of(transaction.require(currencyAt, 3)));
            if (!amount.isPositive()) {
                throw new IsoRefusal("AM01", "amount: 0 (expected: more)");
            }
            return amount;
        } catch (RefusedException refusal) {
            throw new IsoRefusal(
                    Status.reason(refusal.code()), String.valueOf(refusal.getMessage()));
        }
    }

    private static String text(Fields transaction, int longest) {
        String text =
                transaction
                        .first(MessageReader.LONGEST, "RmtInf/Ustrd")
                        .or(() -> transaction.first(Group.NAME, "RmtInf/Strd/CdtrRefInf/Ref"))
                        .orElseGet(() -> transaction.require("PmtId/EndToEndId", Group.NAME));
        int end = Math.min(longest, text.length());
        boolean half = end < text.length() && Character.isHighSurrogate(text.charAt(end - 1));
        return text.substring(0, half ? end - 1 : end);
    }
}

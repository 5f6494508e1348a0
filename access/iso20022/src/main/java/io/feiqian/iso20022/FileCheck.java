package io.feiqian.iso20022;

import java.math.BigDecimal;
import java.util.Optional;

/**
 * Reads a file once without doing anything: its form, and whether numbers and sums are what the
 * file says of itself, as a whole and for each batch. Used by one thread.
 */
final class FileCheck implements MessageReader.Visitor {
    private final int most;
    private Optional<Group> group = Optional.empty();
    private Fields batch = new Fields();
    private int count;
    private int countInBatch;
    private BigDecimal sum = BigDecimal.ZERO;
    private BigDecimal sumInBatch = BigDecimal.ZERO;

    FileCheck(int most) {
        this.most = most;
    }

    /** The header, as soon as it was read. */
    Optional<Group> header() {
        return group;
    }

    /**
     * The header of a file that is all right.
     *
     * @throws IsoRefusal where it is not
     */
    Group passed() {
        Group read = group.orElseThrow(() -> IsoRefusal.form("GrpHdr: none"));
        requireCount(read.count(), count, "the file");
        read.sum().ifPresent(said -> requireSum(said, sum, "the file"));
        return read;
    }

    @Override
    public void group(MessageName name, Fields fields) {
        Group read = Group.of(name, fields);
        group = Optional.of(read);
        if (read.count() > most) {
            throw new IsoRefusal("AM18", "NbOfTxs (expected: at most " + most + ")");
        }
    }

    @Override
    public void batch(Fields fields) {
        batch = fields;
        countInBatch = 0;
        sumInBatch = BigDecimal.ZERO;
        fields.require("PmtInfId", Group.NAME);
        requireText("PmtMtd", fields.require("PmtMtd", 3), "TRF");
    }

    @Override
    public void transaction(Fields fields) {
        if (++count > most) {
            throw new IsoRefusal("AM18", "more than " + most + " transactions");
        }
        fields.require("PmtId/EndToEndId", Group.NAME);
        BigDecimal amount = Group.decimal(PaymentOrders.amountText(fields));
        countInBatch++;
        sum = sum.add(amount);
        sumInBatch = sumInBatch.add(amount);
    }

    @Override
    public void batchEnds() {
        batch.find("NbOfTxs", 15)
                .ifPresent(said -> requireCount(Group.count(said), countInBatch, "a batch"));
        batch.find("CtrlSum", 32)
                .ifPresent(said -> requireSum(Group.decimal(said), sumInBatch, "a batch"));
    }

    private static void requireCount(int said, int met, String where) {
        if (said != met) {
            throw new IsoRefusal(
                    "AM18", "NbOfTxs of %s: %d (expected: %d)".formatted(where, said, met));
        }
    }

    private static void requireSum(BigDecimal said, BigDecimal met, String where) {
        if (said.compareTo(met) != 0) {
            throw new IsoRefusal(
                    "AM10",
                    "CtrlSum of %s: %s (expected: %s)"
                            .formatted(where, said.toPlainString(), met.toPlainString()));
        }
    }

    private static void requireText(String what, String met, String expected) {
        if (!met.equals(expected)) {
            throw IsoRefusal.form(what + ": " + met + " (expected: " + expected + ")");
        }
    }
}

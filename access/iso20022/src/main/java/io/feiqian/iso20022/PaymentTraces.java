package io.feiqian.iso20022;

import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.util.Optional;

/**
 * The trace numbers of payments by what a file calls them: the same file sent again, also by
 * another gateway and after any crash, has the same ones, so that the cells answer it and move
 * nothing twice (M7.5-2).
 *
 * <p>The serial number is a hash of initiating party, message, batch and transaction. The date is
 * the first of the month in which the file was made: who makes a file anew for the same payments
 * changes its time but not its names. In the first week of a month that may lie in the month
 * before, so a payment is asked for there first.
 */
final class PaymentTraces {
    private static final long SERIALS = 1_000_000_000_000_000_000L;

    /** For so many days of a month a file of the month before is asked for. */
    static final int OVERLAP = 7;

    private final int channel;

    PaymentTraces(int channel) {
        this.channel = channel;
    }

    /** The serial number of these names; what is empty counts too. */
    static long serial(String... names) {
        MessageDigest digest = sha256();
        for (String each : names) {
            byte[] bytes = each.getBytes(StandardCharsets.UTF_8);
            digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
            digest.update(bytes);
        }
        return Long.remainderUnsigned(ByteBuffer.wrap(digest.digest()).getLong(), SERIALS);
    }

    /** The trace number of a payment whose payer is at this slot. */
    TraceNumber of(LocalDate made, Slot payer, long serial) {
        return TraceNumber.of(new BusinessDate(made.withDayOfMonth(1)), payer, channel, serial);
    }

    /** The one that the same payment may have from the month before. */
    Optional<TraceNumber> earlier(LocalDate made, Slot payer, long serial) {
        return made.getDayOfMonth() > OVERLAP
                ? Optional.empty()
                : Optional.of(of(made.minusMonths(1), payer, serial));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("SHA-256 is not there", missing);
        }
    }
}

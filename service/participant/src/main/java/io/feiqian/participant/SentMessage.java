package io.feiqian.participant;

import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A message that a decision of this service released: what {@link TransactionScope#reverse} takes
 * back. From {@link GlobalTransactions#sentMessages}. Row: D6.7-c.
 *
 * @param key the message's identity
 * @param initiator the service that sent it
 * @param service who received it, or will
 * @param action what takes it there
 * @param digest the digest of its content
 * @param businessDate the day that it was sent under
 * @param content the message
 */
public record SentMessage(
        BranchKey key,
        String initiator,
        String service,
        String action,
        long digest,
        BusinessDate businessDate,
        Content content) {
    /** Appended to an action's name; what takes its reversals has that name. */
    private static final String SUFFIX = ".reversal";

    private static final int VERSION = 1;

    /** The longest name of an action whose messages can be reversed. */
    static final int LONGEST_ACTION = ServiceName.LONGEST - SUFFIX.length();

    /** Refuses names that no row could hold. */
    public SentMessage {
        ServiceName.checked("initiator", initiator);
        ServiceName.checked("service", service);
        ServiceName.checked("action", action);
    }

    static String reversalOf(String action) {
        return action + SUFFIX;
    }

    /** What a reversal message says. */
    Content reversal() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(content.size() + 128);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeLong(key.trace().head());
            out.writeLong(key.trace().serial());
            out.writeInt(key.attempt());
            out.writeInt(key.branch());
            out.writeUTF(initiator);
            out.writeUTF(service);
            out.writeUTF(action);
            out.writeLong(digest);
            out.writeInt(businessDate.number());
            out.writeInt(content.size());
            out.write(content.bytes());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return Content.of(bytes.toByteArray());
    }

    static SentMessage ofReversal(Content reversal) {
        byte[] bytes = reversal.bytes();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int version = in.readUnsignedByte();
            if (version != VERSION) {
                throw new RefusedException(
                        OutcomeCode.MALFORMED_REQUEST,
                        "reversal: of version %d (expected: %d)".formatted(version, VERSION));
            }
            BranchKey key =
                    new BranchKey(
                            new TraceNumber(in.readLong(), in.readLong()),
                            in.readInt(),
                            in.readInt());
            String initiator = in.readUTF();
            String service = in.readUTF();
            String action = in.readUTF();
            long digest = in.readLong();
            BusinessDate day = BusinessDate.ofNumber(in.readInt());
            int size = in.readInt();
            if (size != in.available()) {
                throw new IOException("content: " + size + " bytes (expected: what is left)");
            }
            return new SentMessage(
                    key, initiator, service, action, digest, day, Content.of(in.readNBytes(size)));
        } catch (IOException | IllegalArgumentException torn) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST, "reversal: " + torn.getMessage());
        }
    }
}

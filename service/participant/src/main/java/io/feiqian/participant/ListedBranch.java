package io.feiqian.participant;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One branch as a decision lists it: the row holds the exact list, and an inquiry for any other is
 * answered with abort (branch-list).
 *
 * @param branch its number, 1 and up
 * @param service who takes part
 * @param digest the digest of what was asked for
 * @param action who takes the message; empty where the branch was tried
 * @param content the message; empty where the branch was tried
 */
public record ListedBranch(
        int branch, String service, long digest, String action, Content content) {
    private static final int VERSION = 1;

    /** Refuses a service that no row could name. */
    public ListedBranch {
        ServiceName.checked("service", service);
    }

    /** Whether it is a message, which the decision itself carries. */
    public boolean isMessage() {
        return !action.isEmpty();
    }

    /** This branch's bit among those whose end is recorded. */
    long bit() {
        return 1L << branch;
    }

    static byte[] write(List<ListedBranch> branches) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(48 * branches.size() + 2);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeByte(branches.size());
            for (ListedBranch each : branches) {
                out.writeByte(each.branch);
                out.writeUTF(each.service);
                out.writeLong(each.digest);
                out.writeUTF(each.action);
                out.writeInt(each.content.size());
                out.write(each.content.bytes());
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /** The branches that a decision row's column lists. */
    public static List<ListedBranch> read(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int version = in.readUnsignedByte();
            if (version != VERSION) {
                throw new RefusedException(
                        OutcomeCode.INTERNAL_ERROR,
                        "branches: of version %d (expected: %d)".formatted(version, VERSION));
            }
            int count = in.readUnsignedByte();
            List<ListedBranch> branches = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                int branch = in.readUnsignedByte();
                String service = in.readUTF();
                long digest = in.readLong();
                String action = in.readUTF();
                byte[] content = in.readNBytes(in.readInt());
                branches.add(
                        new ListedBranch(branch, service, digest, action, Content.of(content)));
            }
            return List.copyOf(branches);
        } catch (IOException torn) {
            throw new UncheckedIOException("branches: torn (expected: a whole list)", torn);
        }
    }
}

package io.feiqian.transaction;

import io.feiqian.participant.Content;
import io.feiqian.vocabulary.Slot;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The decision's list of branches as the bytes of one column; its first byte is the version. */
final class BranchList {
    private static final byte VERSION = 1;
    private static final int FIXED = 4 + 4 + 8 + 1 + 4;

    private BranchList() {}

    static byte[] write(List<BranchSpec> branches) {
        int size = 2;
        for (BranchSpec each : branches) {
            size += FIXED + each.service().length() + each.content().size();
        }
        ByteBuffer out = ByteBuffer.allocate(size);
        out.put(VERSION).put((byte) branches.size());
        for (BranchSpec each : branches) {
            byte[] service = each.service().getBytes(StandardCharsets.US_ASCII);
            out.putInt(each.branch()).putInt(each.slot().number()).putLong(each.digest());
            out.put((byte) service.length).put(service);
            out.putInt(each.content().size()).put(each.content().buffer());
        }
        return out.array();
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IllegalArgumentException for anything else
     */
    static List<BranchSpec> read(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            byte version = in.get();
            if (version != VERSION) {
                throw new IllegalArgumentException(
                        "branch list: version " + version + " (expected: " + VERSION + ")");
            }
            int count = in.get();
            List<BranchSpec> branches = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                branches.add(readOne(in));
            }
            return List.copyOf(branches);
        } catch (BufferUnderflowException cut) {
            throw new IllegalArgumentException(
                    "branch list: %d bytes (expected: more)".formatted(bytes.length), cut);
        }
    }

    private static BranchSpec readOne(ByteBuffer in) {
        int branch = in.getInt();
        Slot slot = new Slot(in.getInt());
        long digest = in.getLong();
        byte[] service = new byte[in.get()];
        in.get(service);
        byte[] content = new byte[in.getInt()];
        in.get(content);
        return new BranchSpec(
                branch,
                slot,
                new String(service, StandardCharsets.US_ASCII),
                Content.of(content),
                digest);
    }
}

package io.feiqian.bank;

import java.util.Arrays;

/** Bytes that nobody can read without a key: an envelope or a keyed hash; empty for nothing. */
final class Sealed {
    static final Sealed NOTHING = new Sealed(new byte[0]);

    private final byte[] bytes;

    private Sealed(byte[] bytes) {
        this.bytes = bytes;
    }

    static Sealed of(byte[] bytes) {
        return new Sealed(bytes.clone());
    }

    byte[] bytes() {
        return bytes.clone();
    }

    boolean isEmpty() {
        return bytes.length == 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Sealed that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Nothing of the content. */
    @Override
    public String toString() {
        return bytes.length + " bytes";
    }
}

package io.feiqian.simulation.jdbc;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The values of a row, or of a statement's parameters, from 0 on. Immutable. */
public final class Cells {
    private final @Nullable Object[] values;

    private Cells(@Nullable Object[] values) {
        this.values = values;
    }

    static Cells of(@Nullable Object... values) {
        return new Cells(values.clone());
    }

    @Nullable Object of(int index) {
        return index < values.length ? values[index] : null;
    }

    long number(int index) {
        return of(index) instanceof Number number ? number.longValue() : 0;
    }

    Cells with(int index, Object value) {
        @Nullable Object[] copy = values.clone();
        copy[index] = value;
        return new Cells(copy);
    }

    Cells part(int from, int to) {
        return new Cells(Arrays.copyOfRange(values, from, to));
    }
}

package io.feiqian.participant.spi;

import io.feiqian.participant.BranchCall;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import org.jspecify.annotations.Nullable;

/**
 * How the annotated methods of a type are called: for frameworks that make the object themselves,
 * or bind the connection to what their users know. Thread-safe.
 */
@FunctionalInterface
public interface ActionCaller {
    /**
     * Calls a method {@code (Connection, BranchCall)} as {@link Method#invoke} does.
     *
     * @throws InvocationTargetException with what the method threw
     */
    @Nullable Object call(Method method, Connection connection, BranchCall call)
            throws InvocationTargetException, IllegalAccessException;
}

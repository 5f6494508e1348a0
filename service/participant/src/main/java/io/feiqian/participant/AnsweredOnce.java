package io.feiqian.participant;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** An interface whose every call is answered once: made of the JDK's proxy, without a framework. */
final class AnsweredOnce {
    private AnsweredOnce() {}

    static <T> T of(Once once, Class<T> type, Function<Connection, ? extends T> business) {
        if (!type.isInterface()) {
            throw new IllegalArgumentException(type + " (expected: an interface)");
        }
        Map<Method, IdempotentMethod> methods = new HashMap<>();
        for (Method each : type.getMethods()) {
            methods.put(each, IdempotentMethod.of(each));
            // The interface may be of another package than its caller's.
            boolean unused = each.trySetAccessible();
        }
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) -> {
                            Object[] given = arguments == null ? new Object[0] : arguments;
                            IdempotentMethod answered = methods.get(method);
                            return answered == null
                                    ? ofObject(type, proxy, method, given)
                                    : answer(once, answered, method, given, business);
                        }));
    }

    @SuppressWarnings("NullAway") // a method that answers nothing answers null to its proxy
    private static <T> Object answer(
            Once once,
            IdempotentMethod answered,
            Method method,
            Object[] arguments,
            Function<Connection, ? extends T> business)
            throws Throwable {
        try {
            return answered.answer(
                    once,
                    arguments,
                    connection -> invoke(business.apply(connection), method, arguments));
        } catch (SQLException failed) {
            if (Arrays.asList(method.getExceptionTypes()).contains(SQLException.class)) {
                throw failed;
            }
            throw new IllegalStateException(
                    answered.name() + ": the database failed, nothing happened", failed);
        }
    }

    @SuppressWarnings("NullAway") // likewise
    private static Object invoke(Object target, Method method, Object[] arguments)
            throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getTargetException();
        }
    }

    @SuppressWarnings("ReferenceEquality") // a proxy without fields is equal to itself alone
    private static Object ofObject(Class<?> type, Object proxy, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> type.getName() + ", answered once";
        };
    }
}

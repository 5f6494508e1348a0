package io.feiqian.participant;

import io.feiqian.participant.spi.ActionCaller;
import io.feiqian.participant.spi.MessageAction;
import io.feiqian.participant.spi.ReversibleAction;
import io.feiqian.participant.spi.ReversibleMessageAction;
import io.feiqian.participant.spi.TccAction;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Comparator;

/** Actions made of an object's annotated methods; what is wrong with them is said at the start. */
final class AnnotatedActions {
    private AnnotatedActions() {}

    static ServiceActions add(ServiceActions actions, Object object) {
        return add(
                actions,
                object.getClass(),
                (method, connection, call) -> method.invoke(object, connection, call));
    }

    static ServiceActions add(ServiceActions actions, Class<?> type, ActionCaller caller) {
        ServiceActions more = actions;
        Method[] methods = type.getDeclaredMethods();
        Arrays.sort(methods, Comparator.comparing(Method::getName));
        int found = 0;
        for (Method each : methods) {
            Tcc tcc = each.getAnnotation(Tcc.class);
            if (tcc != null) {
                more =
                        more.with(
                                new AnnotatedTcc(
                                        tcc.value(),
                                        new Call(caller, each),
                                        call(type, caller, tcc.confirm()),
                                        call(type, caller, tcc.cancel())));
                found++;
            }
            Reversible reversible = each.getAnnotation(Reversible.class);
            if (reversible != null) {
                more =
                        more.with(
                                new AnnotatedReversible(
                                        reversible.value(),
                                        new Call(caller, each),
                                        call(type, caller, reversible.by())));
                found++;
            }
            OnMessage message = each.getAnnotation(OnMessage.class);
            if (message != null) {
                more = more.with(taking(message, type, caller, each));
                found++;
            }
        }
        if (found == 0) {
            throw new IllegalArgumentException(
                    "actions: none in %s (expected: methods with @Tcc, @Reversible or @OnMessage)"
                            .formatted(type.getName()));
        }
        return more;
    }

    private static MessageAction taking(
            OnMessage message, Class<?> type, ActionCaller caller, Method method) {
        Call take = new Call(caller, method);
        return message.reversedBy().isEmpty()
                ? new AnnotatedMessage(message.value(), take)
                : new AnnotatedReversibleMessage(
                        message.value(), take, call(type, caller, message.reversedBy()));
    }

    private static Call call(Class<?> type, ActionCaller caller, String name) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(each -> each.getName().equals(name))
                .filter(each -> Arrays.equals(each.getParameterTypes(), Call.PARAMETERS))
                .findFirst()
                .map(each -> new Call(caller, each))
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "method: %s.%s (expected: one with (Connection, BranchCall))"
                                        .formatted(type.getName(), name)));
    }

    /** One method. */
    private static final class Call {
        static final Class<?>[] PARAMETERS = {Connection.class, BranchCall.class};

        private final ActionCaller caller;
        private final Method method;

        Call(ActionCaller caller, Method method) {
            boolean answers =
                    method.getReturnType() == void.class || method.getReturnType() == Content.class;
            if (!answers || !Arrays.equals(method.getParameterTypes(), PARAMETERS)) {
                throw new IllegalArgumentException(
                        "method: %s (expected: void or Content, of (Connection, BranchCall))"
                                .formatted(method));
            }
            if (!Modifier.isPublic(method.getModifiers()) && !method.trySetAccessible()) {
                throw new IllegalArgumentException(
                        "method: " + method + " (expected: one that may be called)");
            }
            this.caller = caller;
            this.method = method;
        }

        Content run(Connection connection, BranchCall branch) throws SQLException {
            try {
                Object answer = caller.call(method, connection, branch);
                return answer instanceof Content content ? content : Content.EMPTY;
            } catch (InvocationTargetException thrown) {
                Throwable cause = thrown.getTargetException();
                if (cause instanceof SQLException failed) {
                    throw failed;
                }
                if (cause instanceof RuntimeException failed) {
                    throw failed;
                }
                if (cause instanceof Error failed) {
                    throw failed;
                }
                throw new IllegalStateException(method + " failed", cause);
            } catch (IllegalAccessException impossible) {
                throw new IllegalStateException(method + ": closed", impossible);
            }
        }
    }

    private static final class AnnotatedTcc implements TccAction {
        private final String name;
        private final Call attempt;
        private final Call confirm;
        private final Call cancel;

        AnnotatedTcc(String name, Call attempt, Call confirm, Call cancel) {
            this.name = name;
            this.attempt = attempt;
            this.confirm = confirm;
            this.cancel = cancel;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Content attempt(Connection connection, BranchCall call) throws SQLException {
            return attempt.run(connection, call);
        }

        @Override
        public void confirm(Connection connection, BranchCall call) throws SQLException {
            Content unused = confirm.run(connection, call);
        }

        @Override
        public void cancel(Connection connection, BranchCall call) throws SQLException {
            Content unused = cancel.run(connection, call);
        }
    }

    private static final class AnnotatedReversible implements ReversibleAction {
        private final String name;
        private final Call forward;
        private final Call reverse;

        AnnotatedReversible(String name, Call forward, Call reverse) {
            this.name = name;
            this.forward = forward;
            this.reverse = reverse;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Content forward(Connection connection, BranchCall call) throws SQLException {
            return forward.run(connection, call);
        }

        @Override
        public void reverse(Connection connection, BranchCall call) throws SQLException {
            Content unused = reverse.run(connection, call);
        }
    }

    private static final class AnnotatedMessage implements MessageAction {
        private final String name;
        private final Call take;

        AnnotatedMessage(String name, Call take) {
            this.name = name;
            this.take = take;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void take(Connection connection, BranchCall message) throws SQLException {
            Content unused = take.run(connection, message);
        }
    }

    private static final class AnnotatedReversibleMessage implements ReversibleMessageAction {
        private final String name;
        private final Call take;
        private final Call reverse;

        AnnotatedReversibleMessage(String name, Call take, Call reverse) {
            this.name = name;
            this.take = take;
            this.reverse = reverse;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void take(Connection connection, BranchCall message) throws SQLException {
            Content unused = take.run(connection, message);
        }

        @Override
        public void reverse(Connection connection, BranchCall message) throws SQLException {
            Content unused = reverse.run(connection, message);
        }
    }
}

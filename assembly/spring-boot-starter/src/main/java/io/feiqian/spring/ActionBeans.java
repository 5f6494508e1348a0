package io.feiqian.spring;

import io.feiqian.participant.OnMessage;
import io.feiqian.participant.Reversible;
import io.feiqian.participant.ServiceActions;
import io.feiqian.participant.Tcc;
import io.feiqian.participant.spi.ActionCaller;
import io.feiqian.participant.spi.MessageAction;
import io.feiqian.participant.spi.ReversibleAction;
import io.feiqian.participant.spi.ReversibleMessageAction;
import io.feiqian.participant.spi.TccAction;
import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.Arrays;
import java.util.Collection;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * The actions that beans bring: those whose methods are marked, and those that are actions
 * themselves. A marked bean is not made before it is called, so that it may itself use the
 * service's transactions.
 */
final class ActionBeans {
    private static final Set<Class<? extends Annotation>> MARKS =
            Set.of(Tcc.class, Reversible.class, OnMessage.class);

    private final ConfigurableListableBeanFactory beans;
    private final SpringWork work;

    ActionBeans(ConfigurableListableBeanFactory beans, SpringWork work) {
        this.beans = beans;
        this.work = work;
    }

    /** These actions, and the beans'. */
    ServiceActions addTo(ServiceActions actions) {
        ServiceActions more = actions;
        for (String name : beans.getBeanDefinitionNames()) {
            if (!ScopedProxyUtils.isScopedTarget(name)) {
                Class<?> type = AutoProxyUtils.determineTargetClass(beans, name);
                if (type != null && isMarked(type)) {
                    more = more.withAnnotated(type, caller(name));
                }
            }
        }
        for (TccAction each : ofType(TccAction.class)) {
            more = more.with(bound(TccAction.class, each));
        }
        for (ReversibleAction each : ofType(ReversibleAction.class)) {
            more = more.with(bound(ReversibleAction.class, each));
        }
        for (MessageAction each : ofType(MessageAction.class)) {
            more =
                    more.with(
                            each instanceof ReversibleMessageAction
                                    ? bound(ReversibleMessageAction.class, each)
                                    : bound(MessageAction.class, each));
        }
        return more;
    }

    private <T> Collection<T> ofType(Class<T> type) {
        return beans.getBeansOfType(type, false, true).values();
    }

    /** The same action, with its connection known to Spring's JDBC. */
    private <T> T bound(Class<T> type, Object action) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) ->
                                arguments != null && arguments[0] instanceof Connection connection
                                        ? work.on(
                                                connection, () -> invoke(action, method, arguments))
                                        : invoke(action, method, arguments)));
    }

    private static boolean isMarked(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .anyMatch(method -> MARKS.stream().anyMatch(method::isAnnotationPresent));
    }

    private ActionCaller caller(String name) {
        return (method, connection, call) -> {
            Object bean = beans.getBean(name);
            Object target = target(bean, method);
            try {
                return work.on(connection, () -> invoke(target, method, connection, call));
            } catch (Throwable failed) {
                throw new InvocationTargetException(failed);
            }
        };
    }

    private static @Nullable Object invoke(Object target, Method method, Object... arguments)
            throws Throwable {
        try {
            method.trySetAccessible();
            return method.invoke(target, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getTargetException();
        }
    }

    /** The bean as others see it, with its aspects, where the method can be called on that. */
    private static Object target(Object bean, Method method) {
        boolean visible =
                Modifier.isPublic(method.getModifiers())
                        && method.getDeclaringClass().isInstance(bean);
        Object target = visible ? null : AopProxyUtils.getSingletonTarget(bean);
        return target == null ? bean : target;
    }
}

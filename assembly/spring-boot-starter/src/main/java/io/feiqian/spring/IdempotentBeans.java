package io.feiqian.spring;

import io.feiqian.participant.Idempotent;
import io.feiqian.participant.IdempotentMethod;
import io.feiqian.participant.Once;
import java.lang.reflect.Method;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.jdbc.support.SQLExceptionSubclassTranslator;

/**
 * Puts itself before beans' methods that are marked as {@link Idempotent}, outside of any other
 * aspect; what is wrong with one is said at the start.
 */
final class IdempotentBeans extends AbstractBeanFactoryAwareAdvisingPostProcessor {
    private static final long serialVersionUID = 1;

    IdempotentBeans(Supplier<Once> once, Supplier<SpringWork> work) {
        setBeforeExistingAdvisors(true);
        setProxyTargetClass(true);
        this.advisor =
                new DefaultPointcutAdvisor(
                        AnnotationMatchingPointcut.forMethodAnnotation(Idempotent.class),
                        new Answering(once, work));
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        for (Method each : AopUtils.getTargetClass(bean).getDeclaredMethods()) {
            if (each.isAnnotationPresent(Idempotent.class)) {
                IdempotentMethod unused = IdempotentMethod.of(each);
            }
        }
        return super.postProcessAfterInitialization(bean, beanName);
    }

    private static final class Answering implements MethodInterceptor {
        private final Supplier<Once> once;
        private final Supplier<SpringWork> work;
        private final Map<Method, IdempotentMethod> known = new ConcurrentHashMap<>();

        Answering(Supplier<Once> once, Supplier<SpringWork> work) {
            this.once = once;
            this.work = work;
        }

        @Override
        public @Nullable Object invoke(MethodInvocation call) throws Throwable {
            Object target = call.getThis();
            Method method =
                    target == null
                            ? call.getMethod()
                            : AopUtils.getMostSpecificMethod(call.getMethod(), target.getClass());
            IdempotentMethod idempotent = known.computeIfAbsent(method, IdempotentMethod::of);
            try {
                return idempotent.answer(
                        once.get(),
                        call.getArguments(),
                        connection -> work.get().on(connection, call::proceed));
            } catch (SQLException failed) {
                throw new SQLExceptionSubclassTranslator()
                        .translate(idempotent.name(), null, failed);
            }
        }
    }
}

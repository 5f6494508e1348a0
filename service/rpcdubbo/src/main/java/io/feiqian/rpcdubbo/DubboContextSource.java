package io.feiqian.rpcdubbo;

import java.util.Optional;
import org.apache.dubbo.rpc.model.ApplicationModel;

/**
 * Whom a call over Dubbo belongs to that is made on a thread which serves no call over Dubbo: a
 * request that came over another protocol. Must be quick. Thread-safe.
 */
@FunctionalInterface
public interface DubboContextSource {
    /** The context of what this thread serves; empty for nothing. */
    Optional<DubboCallContext> current();

    /** Gives it to an application; before its first service is referred to. */
    default void install(ApplicationModel application) {
        application.getBeanFactory().registerBean(this);
    }
}

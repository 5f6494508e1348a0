package io.feiqian.registrydubbo;

import io.feiqian.registry.spi.Registry;
import org.apache.dubbo.rpc.model.ApplicationModel;

/**
 * A registry that the application has already, so that its Dubbo services stand in it through the
 * same session. It is used for exactly this address, and not closed by Dubbo.
 *
 * @param servers its address, as {@code host:port} separated by commas
 * @param tenant whose part of it is seen; empty for the part that is no tenant's
 * @param registry the application's
 */
public record SharedRegistry(String servers, String tenant, Registry registry) {
    /** Gives it to an application; before its first service is exported or referred to. */
    public void install(ApplicationModel application) {
        application.getBeanFactory().registerBean(this);
    }
}

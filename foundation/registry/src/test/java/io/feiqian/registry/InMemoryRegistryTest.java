package io.feiqian.registry;

import io.feiqian.registry.spi.Registry;
import io.feiqian.runtime.Timer;
import org.junit.jupiter.api.AfterEach;

class InMemoryRegistryTest extends RegistryContract {
    private final Timer timer = Timer.system("test-timer");
    private final InMemoryRegistry registry = new InMemoryRegistry(timer);

    @Override
    protected Registry connect() {
        return registry.another();
    }

    @AfterEach
    void stop() {
        timer.close();
    }
}

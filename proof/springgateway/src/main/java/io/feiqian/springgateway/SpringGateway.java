package io.feiqian.springgateway;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** A Spring Cloud Gateway; its port and its routes are arguments, {@code --server.port=8080}. */
@SpringBootApplication(proxyBeanMethods = false)
public class SpringGateway {
    /** For Spring. */
    public SpringGateway() {}

    /** Serves until it is ended. */
    public static void main(String[] arguments) {
        SpringApplication.run(SpringGateway.class, arguments);
    }
}

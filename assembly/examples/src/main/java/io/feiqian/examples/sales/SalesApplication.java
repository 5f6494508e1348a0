package io.feiqian.examples.sales;

import io.feiqian.examples.vouchers.Vouchers;
import org.apache.dubbo.config.annotation.DubboReference;
import org.apache.dubbo.config.spring.ReferenceBean;
import org.apache.dubbo.config.spring.context.annotation.EnableDubbo;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** The sales service as an application of Spring Boot and Dubbo. */
@SpringBootApplication
@EnableDubbo
public class SalesApplication {
    /** A branch is repeated by its transaction, if at all, and not by Dubbo. */
    @Bean
    @DubboReference(check = false, retries = 0, timeout = 5_000)
    ReferenceBean<Vouchers> vouchers() {
        return new ReferenceBean<>();
    }
}

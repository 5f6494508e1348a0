package io.feiqian.examples.vouchers;

import org.apache.dubbo.config.spring.context.annotation.EnableDubbo;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The vouchers service as an application of Spring Boot and Dubbo. */
@SpringBootApplication
@EnableDubbo
public class VouchersApplication {}

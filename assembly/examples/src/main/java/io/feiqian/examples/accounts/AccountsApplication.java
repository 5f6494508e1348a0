package io.feiqian.examples.accounts;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The accounts service as an application of Spring Boot. */
@SpringBootApplication
public class AccountsApplication {}

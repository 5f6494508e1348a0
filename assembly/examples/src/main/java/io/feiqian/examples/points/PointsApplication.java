package io.feiqian.examples.points;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The points service as an application of Spring Boot. */
@SpringBootApplication
public class PointsApplication {}

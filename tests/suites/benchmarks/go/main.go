// The AWS SDK for Go v2: "first" makes one call, "warm" prints the microseconds of each of many.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func cpu() time.Duration {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func main() {
	if os.Args[1] == "version" {
		fmt.Println(aws.SDKVersion)
		return
	}
	keys := credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "")
	options := sts.Options{Region: "us-east-1", Credentials: keys}
	if url := os.Getenv("BENCH_URL"); url != "" {
		options.EndpointResolver = sts.EndpointResolverFromURL(url)
	}
	client := sts.New(options)
	input := sts.AssumeRoleInput{
		RoleArn:         aws.String("arn:aws:iam::123456789012:role/demo"),
		RoleSessionName: aws.String("bench"),
		DurationSeconds: aws.Int32(900),
	}
	call := func() {
		if _, err := client.AssumeRole(context.Background(), &input); err != nil {
			panic(err)
		}
	}
	call()
	if os.Args[1] == "first" {
		return
	}
	for i := 0; i < 20; i++ {
		call()
	}
	calls, _ := strconv.Atoi(os.Getenv("BENCH_CALLS"))
	began, spent := time.Now(), cpu()
	for i := 0; i < calls; i++ {
		call()
	}
	taken := time.Since(began)
	if os.Getenv("BENCH_FIGURE") == "cpu" {
		taken = cpu() - spent
	}
	fmt.Println(float64(taken.Nanoseconds()) / 1000 / float64(calls))
}

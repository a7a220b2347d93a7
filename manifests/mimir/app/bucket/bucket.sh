#!/bin/sh
# Makes the bucket what the JSON files beside this script declare; running it again changes nothing.
# Endpoint and credentials come from the environment: AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY.
set -eu
cd "$(dirname "$0")"

# Not head-bucket: a HEAD has no body and so cannot say which credential is wrong.
if ! answer=$(aws s3api get-bucket-location --cli-input-json file://bucket.json 2>&1); then
  case "$answer" in
    *'(NoSuchBucket)'*) aws s3api create-bucket --cli-input-json file://bucket.json ;;
    *)
      echo "$answer" >&2
      exit 1
      ;;
  esac
fi
if [ -f versioning.json ]; then
  aws s3api put-bucket-versioning --cli-input-json file://versioning.json
fi
aws s3api put-bucket-lifecycle-configuration --cli-input-json file://lifecycle.json
